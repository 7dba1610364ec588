import { ChevronDown, ChevronUp } from "lucide-react";
import { useHotkey } from "@/kit/use-hotkey";
import { useFormat } from "../fields/use-format";
import { neighboursOf, placeOf } from "../model/neighbours";
import styles from "./detail.module.css";

/** Through the list one came from, without going back to it. */
export function NeighbourButtons({
  object,
  id,
  onMove,
}: {
  object: string;
  id: string;
  onMove: (id: string) => void;
}) {
  const { t } = useFormat();
  const ids = placeOf(object)?.ids ?? [];
  const { previous, next, position } = neighboursOf(ids, id);
  useHotkey("k", () => previous && onMove(previous), { enabled: previous !== null });
  useHotkey("j", () => next && onMove(next), { enabled: next !== null });
  if (position < 0) return null;
  return (
    <>
      <span className="km-num">{t("detail.position", { position: position + 1, count: ids.length })}</span>
      <button
        type="button"
        className={styles.icon}
        disabled={!previous}
        aria-label={t("detail.previous")}
        title={`${t("detail.previous")} (k)`}
        onClick={() => previous && onMove(previous)}
      >
        <ChevronUp size={16} aria-hidden />
      </button>
      <button
        type="button"
        className={styles.icon}
        disabled={!next}
        aria-label={t("detail.next")}
        title={`${t("detail.next")} (j)`}
        onClick={() => next && onMove(next)}
      >
        <ChevronDown size={16} aria-hidden />
      </button>
    </>
  );
}
