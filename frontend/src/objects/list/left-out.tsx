import { useSearch } from "@tanstack/react-router";
import { Info, TriangleAlert } from "lucide-react";
import { useFormat } from "../fields/use-format";
import type { ViewMeta } from "../model/meta";
import { hasUnreadFilter } from "../model/view-state";
import styles from "./views.module.css";

const PARTS = ["conditions", "sort", "columns", "groups", "measures"] as const;

/** A shared view may ask for what this reader may not see: how much of it he gets is said, not hidden. */
export function LeftOut({ view }: { view: ViewMeta | null }) {
  const { t } = useFormat();
  const unread = hasUnreadFilter(useSearch({ strict: false }));
  const missing = PARTS.filter((part) => (view?.left_out?.[part] ?? 0) > 0);
  if (unread) {
    return (
      <p className={styles.leftOut} role="alert">
        <TriangleAlert size={14} aria-hidden />
        {t("filter.unread")}
      </p>
    );
  }
  if (missing.length === 0) return null;
  const parts = missing.map((part) => t(`view.left_${part}`, { count: view?.left_out?.[part] ?? 0 }));
  return (
    <p className={styles.leftOut} role="status">
      <Info size={14} aria-hidden />
      {t("view.left_out", { parts: parts.join(t("view.left_joint")) })}
    </p>
  );
}
