import { useMemo } from "react";
import { useGo } from "@/kit/use-go";
import { Chart } from "./chart";
import * as draws from "./draws";
import type { Drawing } from "./part-card";
import type { Row } from "./queries";
import { chartSvg, type Draw } from "./use-chart";

const WIDTH = 860;

/** A drawing for a picture. */
export function drawn(draw: Draw, height: number, what?: string): Drawing {
  return { svg: chartSvg(draw, WIDTH, height), width: WIDTH, height, what };
}

/** Lying bars of one column; a click opens the records of the row. */
export function Bars({ rows, column, kind, share, quiet }: BarsProps) {
  const go = useGo();
  const draw = useMemo(
    () => draws.bars(rows, column, kind, { ...(share ? { share } : {}), ...(quiet ? { quiet } : {}) }),
    [rows, column, kind, share, quiet],
  );
  const pick = (index: number) => {
    const path = rows[index]?.figures[column]?.path;
    if (path) go(path);
  };
  return <Chart draw={draw} height={draws.barsHeight(rows.length)} onPick={pick} />;
}
type BarsProps = { rows: Row[]; column: string; kind: string; share?: string; quiet?: boolean };
