import { useT } from "@/i18n/index";
import styles from "./skeleton.module.css";

export function SkeletonLine({ width = "100%", height = 14 }: { width?: string | number; height?: number }) {
  return <span className={styles.line} style={{ width, height }} aria-hidden />;
}

/** Stands where rows of a list will be; the same height as the rows, so that nothing jumps. */
export function SkeletonRows({ rows = 8 }: { rows?: number }) {
  const t = useT();
  return (
    <div className={styles.rows} role="status" aria-label={t("loading")}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <div key={index} className={styles.row}>
          <SkeletonLine width={`${18 + ((index * 7) % 14)}%`} />
          <SkeletonLine width={`${10 + ((index * 5) % 9)}%`} />
          <SkeletonLine width={`${14 + ((index * 3) % 12)}%`} />
          <SkeletonLine width="8%" />
        </div>
      ))}
    </div>
  );
}

export function SkeletonCard({ lines = 3 }: { lines?: number }) {
  const t = useT();
  return (
    <div className={styles.card} role="status" aria-label={t("loading")}>
      <SkeletonLine width="40%" height={18} />
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike
        <SkeletonLine key={index} width={`${90 - index * 14}%`} />
      ))}
    </div>
  );
}

export function SkeletonPage() {
  return (
    <div className={styles.page}>
      <SkeletonLine width={180} height={24} />
      <SkeletonRows rows={9} />
    </div>
  );
}
