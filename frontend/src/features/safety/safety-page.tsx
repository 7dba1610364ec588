import { queryOptions, useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { api } from "@/api/client";
import type { Tone } from "@/api/types";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { DateTime } from "@/kit/date-time";
import { PageHeader } from "@/kit/page-header";
import { SimpleTable } from "@/kit/simple-table";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { StateTag } from "@/kit/tag";
import styles from "./safety.module.css";

type State = "good" | "poor" | "bad" | "off";
type Line = {
  code: string;
  label: string;
  state: State;
  text: string;
  /** What to do about it; empty where nothing is. */
  remedy: string;
  at: string | null;
  due: string | null;
};
type Safety = { state: State; items: Line[] };

const TONES: Record<State, Tone> = { good: "good", poor: "warn", bad: "bad", off: "neutral" };

const safetyQuery = queryOptions({
  queryKey: ["safety"],
  queryFn: async ({ signal }) => (await api.get<Safety>("/admin/safety", { signal })).data,
  refetchInterval: 60_000,
});

/** Whether the company's data is safe: what was last saved and tried, and what to do where that is not as it should be. */
export function SafetyPage() {
  const t = useT("safety");
  const found = useQuery(safetyQuery);
  return (
    <>
      <PageHeader
        title={t("title")}
        sub={t("sub")}
        actions={
          <Button loading={found.isFetching} onClick={() => void found.refetch()}>
            {t("refresh")}
          </Button>
        }
      />
      <Card flush title={found.data ? t(`all.${found.data.state}`) : undefined}>
        {found.isPending ? <SkeletonRows rows={6} /> : null}
        {found.isError ? <ErrorState error={found.error} onRetry={() => void found.refetch()} /> : null}
        {found.data ? <Lines lines={found.data.items} /> : null}
      </Card>
    </>
  );
}

function Lines({ lines }: { lines: Line[] }) {
  const t = useT("safety");
  return (
    <SimpleTable
      label={t("title")}
      rows={lines}
      rowKey={(line) => line.code}
      columns={[
        {
          key: "what",
          title: t("what"),
          width: 240,
          cell: (line) => (
            <span className={styles.what}>
              {line.label}
              <StateTag tone={TONES[line.state]}>{t(`state.${line.state}`)}</StateTag>
            </span>
          ),
        },
        {
          key: "how",
          title: <>{t("how")}</>, // not said again beside each on a phone
          cell: (line) => (
            <span className={styles.how}>
              {line.text}
              {line.remedy ? <span className={styles.remedy}>{line.remedy}</span> : null}
              <Times line={line} />
            </span>
          ),
        },
      ]}
    />
  );
}

function Times({ line }: { line: Line }) {
  const t = useT("safety");
  if (!line.at) return null;
  return (
    <small className={styles.times}>
      {t("at")} <DateTime value={line.at} kind="smart" />
      {line.due ? (
        <>
          {" · "}
          {t("due")} <DateTime value={line.due} kind="smart" />
        </>
      ) : null}
    </small>
  );
}
