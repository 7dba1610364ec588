import { BarChart, type BarSeriesOption, LineChart, type LineSeriesOption } from "echarts/charts";
import {
  GridComponent,
  type GridComponentOption,
  TooltipComponent,
  type TooltipComponentOption,
} from "echarts/components";
import { type ComposeOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { type DependencyList, type RefObject, useEffect, useRef } from "react";
import { useTheme } from "@/theme/use-theme";

// SVG, because it stays sharp and needs no canvas; only the parts that are used are in the bundle.
use([BarChart, LineChart, GridComponent, TooltipComponent, SVGRenderer]);

export type ChartOption = ComposeOption<
  BarSeriesOption | LineSeriesOption | GridComponentOption | TooltipComponentOption
> & { onPick?: (index: number) => void };

export type ChartColours = Record<"text" | "text3" | "line" | "accent" | "raised", string>;

function colours(): ChartColours {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--km-${name}`).trim();
  return {
    text: read("text"),
    text3: read("text-3"),
    line: read("line"),
    accent: read("accent"),
    raised: read("raised"),
  };
}

/** Draws into the returned element, again when the data, the theme or the size changes. */
export function useChart(
  build: (colours: ChartColours) => ChartOption,
  deps: DependencyList,
): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  const { resolved } = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller says what the drawing depends on
  useEffect(() => {
    if (!box.current) return;
    const { onPick, ...option } = build(colours());
    const chart = init(box.current, null, { renderer: "svg" });
    chart.setOption(option);
    if (onPick) chart.on("click", (event) => onPick(event.dataIndex));
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      chart.dispose();
    };
  }, [...deps, resolved]);
  return box;
}
