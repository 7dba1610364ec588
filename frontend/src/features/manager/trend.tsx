import { Segmented } from "antd";
import { useState } from "react";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { formatShort, Money } from "@/kit/money";
import { useGo } from "@/kit/use-go";
import { pathOf, type TrendMonth } from "./queries";
import styles from "./trend.module.css";
import { useChart } from "./use-chart";

const MEASURES = ["won_sum", "won_count", "new_customers", "interactions"] as const;
type Measure = (typeof MEASURES)[number];

export function Trend({ months }: { months: TrendMonth[] }) {
  const t = useT("manager");
  const go = useGo();
  const [measure, setMeasure] = useState<Measure>("won_sum");
  const [table, setTable] = useState(false);
  const money = measure === "won_sum";
  const chart = useChart(
    (colours) => ({
      animationDuration: 200,
      grid: { left: 56, right: 8, top: 12, bottom: 26 },
      textStyle: { fontFamily: "inherit" },
      tooltip: {
        trigger: "axis",
        backgroundColor: colours.raised,
        borderColor: colours.line,
        textStyle: { color: colours.text, fontSize: 13 },
        valueFormatter: (value: unknown) => (money ? `¥${formatShort(Number(value))}` : String(value)),
      },
      xAxis: {
        type: "category",
        data: months.map((item) => item.month.slice(2).replace("-", "/")),
        axisTick: { show: false },
        axisLine: { lineStyle: { color: colours.line } },
        axisLabel: { color: colours.text3, fontSize: 12 },
      },
      yAxis: {
        type: "value",
        splitNumber: 4,
        axisLabel: { color: colours.text3, fontSize: 12, formatter: (value: number) => formatShort(value) },
        splitLine: { lineStyle: { color: colours.line } },
      },
      series: [
        {
          name: t(`measure.${measure}`),
          type: "bar",
          barMaxWidth: 28,
          cursor: "pointer",
          itemStyle: { color: colours.accent, borderRadius: [3, 3, 0, 0] },
          data: months.map((item) => Number(item[measure])),
        },
        ...(money && months.some((item) => item.target)
          ? [
              {
                name: t("measure.target"),
                type: "line" as const,
                symbol: "none",
                lineStyle: { color: colours.text3, type: "dashed" as const, width: 1.5 },
                data: months.map((item) => Number(item.target ?? 0)),
              },
            ]
          : []),
      ],
      onPick: (index: number) => {
        const month = months[index];
        const path = month ? pathOf(month, measure) : null;
        if (path) go(path);
      },
    }),
    [months, measure, money],
  );

  return (
    <Card
      title={t("trend.title")}
      extra={
        <button type="button" className={styles.switch} aria-pressed={table} onClick={() => setTable(!table)}>
          {table ? t("trend.asChart") : t("trend.asTable")}
        </button>
      }
    >
      <div className={styles.measures}>
        <Segmented<Measure>
          value={measure}
          onChange={setMeasure}
          options={MEASURES.map((value) => ({ value, label: t(`measure.${value}`) }))}
        />
      </div>
      <div ref={chart} className={styles.chart} hidden={table} aria-hidden="true" />
      <div className={table ? undefined : "km-hidden"}>
        <table className={styles.table}>
          <caption className="km-hidden">{t("trend.title")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("month")}</th>
              {MEASURES.map((value) => (
                <th key={value} scope="col">
                  {t(`measure.${value}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="km-num">
            {months.map((item) => (
              <tr key={item.month}>
                <th scope="row">
                  {item.path && table ? <AppLink path={item.path}>{item.month}</AppLink> : item.month}
                </th>
                <td>
                  <Money value={item.won_sum} />
                </td>
                <td>{item.won_count}</td>
                <td>{item.new_customers}</td>
                <td>{item.interactions}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
