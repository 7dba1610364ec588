import {
  BarChart,
  type BarSeriesOption,
  LineChart,
  type LineSeriesOption,
  ScatterChart,
  type ScatterSeriesOption,
} from "echarts/charts";
import {
  GridComponent,
  type GridComponentOption,
  LegendComponent,
  type LegendComponentOption,
  TooltipComponent,
  type TooltipComponentOption,
} from "echarts/components";
import { type ComposeOption, init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import { type RefObject, useEffect, useRef } from "react";
import { useTheme } from "@/theme/use-theme";

// SVG, because it stays sharp and needs no canvas; only the parts that are used are in the bundle.
use([
  BarChart,
  LineChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  LabelLayout,
  SVGRenderer,
]);

export type ChartOption = ComposeOption<
  | BarSeriesOption
  | LineSeriesOption
  | ScatterSeriesOption
  | GridComponentOption
  | LegendComponentOption
  | TooltipComponentOption
>;

const NAMES = [
  "text",
  "text-2",
  "text-3",
  "line",
  "line-strong",
  "accent",
  "on-accent",
  "surface",
  "raised",
  "sunken",
] as const;
export type ChartColours = Record<(typeof NAMES)[number], string>;
/** How a chart is drawn in the colours of the theme; the picture is drawn by the same. */
export type Draw = (colours: ChartColours) => ChartOption;

export function readColours(): ChartColours {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--km-${name}`).trim();
  return Object.fromEntries(NAMES.map((name) => [name, read(name)])) as ChartColours;
}

/** Draws into the returned element, again when the drawing, the theme or the size changes. */
export function useChart(
  draw: Draw,
  onPick: (index: number, series: number) => void,
): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  const pick = useRef(onPick);
  pick.current = onPick;
  const { resolved } = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes what the colours are
  useEffect(() => {
    if (!box.current) return;
    const chart = init(box.current, null, { renderer: "svg" });
    chart.setOption(draw(readColours()));
    chart.on("click", (event) => pick.current(event.dataIndex, event.seriesIndex ?? 0));
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      chart.dispose();
    };
  }, [draw, resolved]);
  return box;
}

/** The same drawing as SVG text, for a picture. */
export function chartSvg(draw: Draw, width: number, height: number): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  chart.setOption({ ...draw(readColours()), animation: false });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
