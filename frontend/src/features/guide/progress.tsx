import { useT } from "@/i18n/index";
import styles from "./guide.module.css";
import type { Guide } from "./queries";

export function GuideProgress({ guide }: { guide: Guide }) {
  const t = useT("guide");
  return (
    <div className={styles.progress}>
      <progress className={styles.bar} max={guide.total} value={guide.done} aria-label={t("home")} />
      <span>{t("progress", { done: guide.done, total: guide.total })}</span>
    </div>
  );
}
