import { AppLink } from "@/kit/app-link";
import { formatDecimal, Money } from "@/kit/money";
import styles from "./analysis.module.css";
import type { Figure, Kind, Value } from "./queries";

export function percent(value: Value): string {
  return value === null ? "–" : `${Math.round(Number(value) * 1000) / 10}%`;
}

export function FigureValue({ value, kind, short }: { value: Value; kind: string; short?: boolean }) {
  if (value === null) return <span>–</span>;
  if (kind === "money") return <Money value={value} short={short ?? false} />;
  if (kind === "percent") return <span className="km-num">{percent(value)}</span>;
  return <span className="km-num">{formatDecimal(value)}</span>;
}

/** A figure that opens its records; nothing opens nothing. */
export function FigureLink({ figure, kind }: { figure: Figure | undefined; kind: Kind }) {
  const value = figure?.value ?? null;
  const shown = <FigureValue value={value} kind={kind} />;
  if (!figure?.path || Number(value) === 0) return <span className={styles.zero}>{shown}</span>;
  return (
    <AppLink path={figure.path} className={styles.figureLink}>
      {shown}
    </AppLink>
  );
}
