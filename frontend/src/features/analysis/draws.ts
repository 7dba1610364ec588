import { formatShort, formatShortMoney } from "@/kit/money";
import { percent } from "./figure";
import { numberOf, type Row, type Table } from "./queries";
import type { ChartColours, Draw } from "./use-chart";

/** Rows of a drawing of bars; more would not be read. */
export const MOST_BARS = 20;
const BAR = 34;

export function barsHeight(count: number): number {
  return Math.max(1, Math.min(count, MOST_BARS)) * BAR + 8;
}

/** The page's own letters; in a picture the names stand within double quotes. */
function font() {
  return { fontFamily: getComputedStyle(document.body).fontFamily.replaceAll('"', "'") };
}

function tooltip(colours: ChartColours) {
  return {
    backgroundColor: colours.raised,
    borderColor: colours.line,
    textStyle: { color: colours.text, fontSize: 13 },
    confine: true,
  };
}

function shortOf(kind: string, value: number): string {
  if (kind === "money") return formatShortMoney(value);
  return kind === "percent" ? percent(value) : formatShort(value);
}

/** Bars that lie, the first row on top; what is said behind each is its figure and, where there is one, its share. */
export function bars(
  rows: Row[],
  column: string,
  kind: string,
  more: { share?: string; quiet?: boolean } = {},
): Draw {
  const shown = rows.slice(0, MOST_BARS);
  const values = shown.map((row) => numberOf(row, column));
  const most = Math.max(1, ...values);
  return (colours) => ({
    animationDuration: 200,
    textStyle: font(),
    grid: {
      left: 4,
      right: 96,
      top: 4,
      bottom: 4,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    xAxis: { type: "value", show: false, max: most },
    yAxis: {
      type: "category",
      inverse: true,
      data: shown.map((row) => row.label),
      axisTick: { show: false },
      axisLine: { show: false },
      axisLabel: { color: colours.text, fontSize: 13, width: 116, overflow: "truncate" },
    },
    series: [
      {
        type: "bar",
        barWidth: 16,
        cursor: "pointer",
        showBackground: true,
        backgroundStyle: { color: colours.sunken, borderRadius: 3 },
        itemStyle: { color: more.quiet ? colours["line-strong"] : colours.accent, borderRadius: 3 },
        data: values,
      },
      {
        type: "bar",
        barWidth: 16,
        barGap: "-100%",
        silent: true,
        itemStyle: { color: "transparent" },
        data: values.map(() => most),
        label: {
          show: true,
          position: "right",
          color: colours.text,
          fontSize: 13,
          formatter: ({ dataIndex }: { dataIndex: number }) => {
            const row = shown[dataIndex];
            const figure = shortOf(kind, values[dataIndex] ?? 0);
            const share = row && more.share ? row.figures[more.share]?.value : undefined;
            return share === null || share === undefined ? figure : `${figure}  ${percent(share)}`;
          },
        },
      },
    ],
  });
}

/** Standing bars, those of the year before behind them in grey. */
export function trend(table: Table): Draw {
  const [value, previous] = table.columns;
  const kind = value?.kind ?? "integer";
  return (colours) => ({
    animationDuration: 200,
    textStyle: font(),
    grid: { left: 8, right: 8, top: 36, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: {
      top: 0,
      right: 0,
      icon: "roundRect",
      itemWidth: 12,
      itemHeight: 8,
      selectedMode: false,
      textStyle: { color: colours["text-3"], fontSize: 12 },
    },
    tooltip: {
      ...tooltip(colours),
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: colours.line, opacity: 0.4 } },
      valueFormatter: (figure: unknown) => shortOf(kind, Number(figure)),
    },
    xAxis: {
      type: "category",
      data: table.rows.map((row) => row.label.replace(/^20(\d\d)-/, "$1/").replace("-", "/")),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.line } },
      axisLabel: { color: colours["text-3"], fontSize: 12, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      splitNumber: 4,
      minInterval: 1,
      axisLabel: {
        color: colours["text-3"],
        fontSize: 12,
        formatter: (figure: number) => formatShort(figure),
      },
      splitLine: { lineStyle: { color: colours.line } },
    },
    series: [previous, value].map((column, n) => ({
      name: column?.label ?? "",
      type: "bar" as const,
      barMaxWidth: 18,
      barGap: "15%",
      cursor: "pointer",
      itemStyle: { color: n ? colours.accent : colours["line-strong"], borderRadius: [3, 3, 0, 0] },
      data: table.rows.map((row) => numberOf(row, column?.key ?? "")),
    })),
  });
}

/** A point for each person: how much was done, and what came of it. */
export function scatter(table: Table, x: string, y: string): Draw {
  const [across, up] = [x, y].map((key) => table.columns.find((column) => column.key === key));
  const share = up?.kind === "percent";
  return (colours) => ({
    animationDuration: 200,
    textStyle: font(),
    grid: {
      left: 12,
      right: 40,
      top: 30,
      bottom: 26,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    tooltip: {
      ...tooltip(colours),
      formatter: (point: unknown) => {
        const row = table.rows[(point as { dataIndex: number }).dataIndex];
        if (!row) return "";
        const said = [across, up].map((column) =>
          column ? `${column.label} ${shortOf(column.kind, numberOf(row, column.key))}` : "",
        );
        return [row.label, ...said].map((text) => text.replaceAll("<", "&lt;")).join("<br>");
      },
    },
    xAxis: {
      type: "value",
      name: across?.label ?? "",
      nameLocation: "middle",
      nameGap: 26,
      nameTextStyle: { color: colours["text-3"], fontSize: 12 },
      axisLabel: {
        color: colours["text-3"],
        fontSize: 12,
        formatter: (figure: number) => formatShort(figure),
      },
      splitLine: { lineStyle: { color: colours.line } },
    },
    yAxis: {
      type: "value",
      name: up?.label ?? "",
      nameTextStyle: { color: colours["text-3"], fontSize: 12, align: "left" },
      ...(share ? { max: 1 } : { minInterval: 1 }),
      axisLabel: {
        color: colours["text-3"],
        fontSize: 12,
        formatter: (figure: number) => shortOf(up?.kind ?? "integer", figure),
      },
      splitLine: { lineStyle: { color: colours.line } },
    },
    series: [
      {
        type: "scatter",
        symbolSize: 11,
        cursor: "pointer",
        itemStyle: { color: colours.accent, opacity: 0.85 },
        label: {
          show: table.rows.length <= 40,
          position: "right",
          color: colours["text-2"],
          fontSize: 12,
          formatter: ({ dataIndex }: { dataIndex: number }) => table.rows[dataIndex]?.label ?? "",
        },
        labelLayout: { hideOverlap: true },
        data: table.rows.map((row) => [numberOf(row, x), numberOf(row, y)]),
      },
    ],
  });
}
