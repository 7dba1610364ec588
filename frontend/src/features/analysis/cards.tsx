import { useCallback, useMemo, useState } from "react";
import { useT } from "@/i18n/index";
import { Pills } from "@/kit/pills";
import { useGo } from "@/kit/use-go";
import { Activity } from "./activity-card";
import styles from "./analysis.module.css";
import { Bars, drawn } from "./bars";
import { Chart } from "./chart";
import { ChoiceSelect } from "./choice-select";
import * as draws from "./draws";
import { sorted } from "./figures-table";
import { PartCard } from "./part-card";
import { type Choices, numberOf, type Table } from "./queries";
import { Regions } from "./regions";

const CHART = 260;

/** Everything below the totals; loaded with the drawing library. */
export function Cards({
  choices,
  onPipeline,
}: {
  choices: Choices;
  onPipeline: (pipeline?: string) => void;
}) {
  return (
    <>
      <Funnel choices={choices} onPipeline={onPipeline} />
      <div className={styles.pair}>
        <Trend />
        <Losses />
      </div>
      <Ranking own={choices.own} />
      {choices.own ? null : <Activity />}
      <Sources />
      <Regions />
    </>
  );
}

function Funnel({ choices, onPipeline }: { choices: Choices; onPipeline: (pipeline?: string) => void }) {
  const t = useT("analysis");
  return (
    <PartCard
      part="funnel"
      beside="narrow"
      controls={() => (
        <>
          {choices.pipelines.length > 1 ? (
            <ChoiceSelect
              label={t("funnel.pipeline")}
              options={choices.pipelines}
              value={choices.pipeline}
              onChoose={onPipeline}
            />
          ) : null}
          <p className={styles.hint}>{t("funnel.hint")}</p>
        </>
      )}
      draw={(table) =>
        drawn(
          draws.bars(table.rows, "reached", "integer", { share: "overall" }),
          draws.barsHeight(table.rows.length),
        )
      }
      isEmpty={(table) => table.rows.every((row) => !numberOf(row, "reached") && !numberOf(row, "now"))}
    >
      {(table) => <Bars rows={table.rows} column="reached" kind="integer" share="overall" />}
    </PartCard>
  );
}

function Losses() {
  return (
    <PartCard
      part="losses"
      draw={(table) =>
        drawn(draws.bars(table.rows, "lost", "integer", { quiet: true }), draws.barsHeight(table.rows.length))
      }
    >
      {(table) => <Bars rows={table.rows} column="lost" kind="integer" quiet />}
    </PartCard>
  );
}

const STEPS = ["week", "month", "quarter"] as const;

function Trend() {
  const t = useT("analysis");
  const [step, setStep] = useState<(typeof STEPS)[number]>("month");
  const [measure, setMeasure] = useState<string>();
  return (
    <PartCard
      part="trend"
      also={{ step, measure }}
      controls={(table) => (
        <>
          <ChoiceSelect
            label={t("trend.measure")}
            options={(table.measures ?? []).map(({ key, label }) => ({ id: key, label }))}
            value={table.measure}
            onChoose={setMeasure}
          />
          <Pills
            label={t("trend.step")}
            options={STEPS.map((value) => ({ value, label: t(`trend.${value}`) }))}
            value={step}
            onChoose={setStep}
          />
        </>
      )}
      draw={(table) => drawn(draws.trend(table), CHART, table.columns[0]?.label)}
    >
      {(table) => <TrendChart table={table} />}
    </PartCard>
  );
}

function TrendChart({ table }: { table: Table }) {
  const go = useGo();
  const draw = useMemo(() => draws.trend(table), [table]);
  const pick = (index: number, series: number) => {
    const path = table.rows[index]?.figures[series ? "value" : "previous"]?.path;
    if (path) go(path);
  };
  return <Chart draw={draw} height={CHART} onPick={pick} />;
}

function Ranking({ own }: { own: boolean }) {
  const t = useT("analysis");
  const [by, setBy] = useState<"person" | "department">("person");
  const [column, setColumn] = useState<string | null>(null);
  const columnOf = useCallback(
    (table: Table) => table.columns.find(({ key }) => key === column) ?? table.columns[0],
    [column],
  );
  return (
    <PartCard
      part="ranking"
      also={{ by }}
      sortable
      onSort={setColumn}
      {...(own
        ? {}
        : {
            controls: () => (
              <Pills
                label={t("ranking.by")}
                options={(["person", "department"] as const).map((value) => ({
                  value,
                  label: t(`ranking.${value}`),
                }))}
                value={by}
                onChoose={setBy}
              />
            ),
          })}
      draw={(table) => {
        const chosen = columnOf(table);
        const rows = sorted(table.rows, chosen?.key ?? "");
        return drawn(
          draws.bars(rows, chosen?.key ?? "", chosen?.kind ?? "integer"),
          draws.barsHeight(rows.length),
          chosen?.label,
        );
      }}
    />
  );
}

function Sources() {
  return (
    <PartCard
      part="sources"
      sortable
      draw={(table) => {
        const column = table.columns[0];
        return drawn(
          draws.bars(sorted(table.rows, column?.key ?? ""), column?.key ?? "", column?.kind ?? "integer"),
          draws.barsHeight(table.rows.length),
          column?.label,
        );
      }}
    />
  );
}
