import type { SegmentDetail } from "@/api/types";
import { useT } from "@/i18n/index";
import { formatDate } from "@/kit/date-time";
import styles from "./segments-page.module.css";
import { trendPath } from "./trend-path";

const WIDTH = 260;
const HEIGHT = 64;

/** The size day by day as one quiet line; its ends in words, for those who do not see it. */
export function Trend({ days }: { days: SegmentDetail["trend"] }) {
  const t = useT("segments");
  const first = days[0];
  const last = days[days.length - 1];
  if (!first || !last || days.length < 2) return <p className={styles.note}>{t("no_trend")}</p>;
  const label = t("trend", {
    from: formatDate(first.day),
    first: first.size.toLocaleString("en-US"),
    to: formatDate(last.day),
    last: last.size.toLocaleString("en-US"),
  });
  return (
    <figure className={styles.trend}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} preserveAspectRatio="none">
        <path d={trendPath(days, WIDTH, HEIGHT)} />
      </svg>
      <figcaption className={styles.note}>{label}</figcaption>
    </figure>
  );
}
