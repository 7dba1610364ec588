import styles from "./analysis.module.css";
import { type Draw, useChart } from "./use-chart";

type ChartProps = { draw: Draw; height: number; onPick: (index: number, series: number) => void };

/** For the eye: the table beside it says the same to everybody else. */
export function Chart({ draw, height, onPick }: ChartProps) {
  const box = useChart(draw, onPick);
  return <div ref={box} className={styles.chart} style={{ height }} aria-hidden="true" />;
}
