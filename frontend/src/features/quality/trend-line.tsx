import { useT } from "@/i18n/index";
import type { Figures } from "./paths";
import styles from "./quality.module.css";

const WIDTH = 320;
const HEIGHT = 90;

/** The average score day by day, drawn small; the table below says the same in numbers. */
export function TrendLine({ days }: { days: Figures["trend"] }) {
  const t = useT("quality");
  const step = days.length > 1 ? WIDTH / (days.length - 1) : 0;
  const points = days.map((day, n) => `${n * step},${HEIGHT - ((day.score ?? 0) / 100) * HEIGHT}`);
  const last = days.at(-1);
  return (
    <figure className={styles.trend}>
      <svg viewBox={`0 -4 ${WIDTH} ${HEIGHT + 8}`} preserveAspectRatio="none" aria-hidden="true">
        <title>{t("trend")}</title>
        {days.length > 1 ? <polyline points={points.join(" ")} /> : null}
        {days.length === 1 ? <circle cx={4} cy={HEIGHT - ((last?.score ?? 0) / 100) * HEIGHT} r={3} /> : null}
      </svg>
      <figcaption>
        {days.length < 2 ? t("trendSoon") : null}{" "}
        {last
          ? t("trendLast", { day: last.day, score: last.score ?? "–", low: last.low, stale: last.stale })
          : null}
      </figcaption>
    </figure>
  );
}
