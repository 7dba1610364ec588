import { useMemo, useState } from "react";
import { useT } from "@/i18n/index";
import { Pills } from "@/kit/pills";
import { useGo } from "@/kit/use-go";
import { drawn } from "./bars";
import { Chart } from "./chart";
import * as draws from "./draws";
import { PartCard } from "./part-card";
import type { Table } from "./queries";

const RESULTS = ["won_count", "new_deals", "win_rate"] as const;

/** How much each person did, and what came of it. */
export function Activity() {
  const t = useT("analysis");
  const [result, setResult] = useState<(typeof RESULTS)[number]>("won_count");
  return (
    <PartCard
      part="activity"
      beside="half"
      sortable
      controls={(table) => (
        <Pills
          label={t("activity.result")}
          options={table.columns
            .filter(({ key }) => RESULTS.some((one) => one === key))
            .map(({ key, label }) => ({ value: key as (typeof RESULTS)[number], label }))}
          value={result}
          onChoose={setResult}
        />
      )}
      draw={(table) => drawn(draws.scatter(table, "interactions", result), 420)}
    >
      {(table) => <ActivityChart table={table} result={result} />}
    </PartCard>
  );
}

function ActivityChart({ table, result }: { table: Table; result: string }) {
  const go = useGo();
  const draw = useMemo(() => draws.scatter(table, "interactions", result), [table, result]);
  const pick = (index: number) => {
    const path = table.rows[index]?.figures.interactions?.path;
    if (path) go(path);
  };
  return <Chart draw={draw} height={340} onPick={pick} />;
}
