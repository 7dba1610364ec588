import { draggable } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useFormat } from "../fields/use-format";
import { type ObjectMeta, type RecordData, titleOf } from "../model/meta";
import styles from "./calendar.module.css";
import { addDays, dayOf, timeOf } from "./days";

export type EntryProps = {
  meta: ObjectMeta;
  record: RecordData;
  value: string;
  movable: boolean;
  /** Said besides the title where there is room. */
  sub?: string;
  onMove: (id: string, day: string) => void;
  onOpen: (record: RecordData) => void;
};

const BY: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** One record on its day. Dragged, or moved by Alt and an arrow: a day to the side, a week up or down. */
export function CalendarEntry({ meta, record, value, movable, sub, onMove, onOpen }: EntryProps) {
  const { t, timeZone } = useFormat();
  const button = useRef<HTMLButtonElement>(null);
  const [dragging, setDragging] = useState(false);
  useEffect(() => {
    const element = button.current;
    if (!element || !movable) return;
    return draggable({
      element,
      getInitialData: () => ({ calendar: meta.name, id: record.id }),
      onDragStart: () => setDragging(true),
      onDrop: () => setDragging(false),
    });
  }, [meta.name, record.id, movable]);
  function keyDown(event: KeyboardEvent) {
    const by = BY[event.key];
    if (!movable || !event.altKey || by === undefined) return;
    event.preventDefault();
    onMove(record.id, addDays(dayOf(value, timeZone), by));
  }
  const time = timeOf(value, timeZone);
  const title = titleOf(meta, record) || t("value.untitled");
  return (
    <button
      ref={button}
      type="button"
      className={styles.entry}
      data-dragging={dragging}
      title={`${time} ${title}`.trim()}
      aria-keyshortcuts={movable ? "Alt+ArrowLeft Alt+ArrowRight Alt+ArrowUp Alt+ArrowDown" : undefined}
      onKeyDown={keyDown}
      onClick={() => onOpen(record)}
    >
      {time ? <time className={styles.time}>{time}</time> : null}
      <span className={styles.title}>{title}</span>
      {sub ? <span className={styles.sub}>{sub}</span> : null}
    </button>
  );
}
