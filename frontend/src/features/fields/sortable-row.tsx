import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { ArrowDown, ArrowUp, GripVertical } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useT } from "@/i18n/index";
import styles from "./fields.module.css";

type SortableRowProps = {
  /** Rows of one list can be put in order; a row of another list cannot be dropped here. */
  list: string;
  index: number;
  count: number;
  label: string;
  onMove: (from: number, to: number) => void;
  children: ReactNode;
};

/** A row that is dragged by its grip, or moved by its two buttons: a keyboard and a finger reach the same. */
export function SortableRow({ list, index, count, label, onMove, children }: SortableRowProps) {
  const t = useT("fields");
  const row = useRef<HTMLLIElement>(null);
  const grip = useRef<HTMLSpanElement>(null);
  const [over, setOver] = useState(false);
  const latest = useRef(onMove);
  latest.current = onMove;
  useEffect(() => {
    const [element, handle] = [row.current, grip.current];
    if (!element || !handle) return;
    return combine(
      draggable({ element, dragHandle: handle, getInitialData: () => ({ list, index }) }),
      dropTargetForElements({
        element,
        canDrop: ({ source }) => source.data.list === list && source.data.index !== index,
        onDragEnter: () => setOver(true),
        onDragLeave: () => setOver(false),
        onDrop: ({ source }) => {
          setOver(false);
          latest.current(Number(source.data.index), index);
        },
      }),
    );
  }, [list, index]);
  return (
    <li ref={row} className={styles.row} data-over={over}>
      <span ref={grip} className={styles.grip} aria-hidden="true">
        <GripVertical size={15} />
      </span>
      {children}
      <span className={styles.moves}>
        <button
          type="button"
          aria-label={t("up", { label })}
          title={t("up", { label })}
          disabled={index === 0}
          onClick={() => onMove(index, index - 1)}
        >
          <ArrowUp size={15} aria-hidden />
        </button>
        <button
          type="button"
          aria-label={t("down", { label })}
          title={t("down", { label })}
          disabled={index === count - 1}
          onClick={() => onMove(index, index + 1)}
        >
          <ArrowDown size={15} aria-hidden />
        </button>
      </span>
    </li>
  );
}
