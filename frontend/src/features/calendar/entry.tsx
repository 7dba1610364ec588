import { draggable } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useT } from "@/i18n/index";
import { addDays, timeOf } from "@/objects/calendar/days";
import styles from "./calendar.module.css";
import type { Entry } from "./queries";

export type EntryProps = {
  entry: Entry;
  timeZone: string;
  withPerson: boolean;
  onMove: (entry: Entry, day: string) => void;
  onOpen: (entry: Entry) => void;
};

const BY: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** One entry on its day. Dragged, or moved by Alt and an arrow: a day to the side, a week up or down. */
export function CalendarEntry({ entry, timeZone, withPerson, onMove, onOpen }: EntryProps) {
  const t = useT("calendar");
  const button = useRef<HTMLButtonElement>(null);
  const [dragging, setDragging] = useState(false);
  const { can_move: movable } = entry;
  useEffect(() => {
    const element = button.current;
    if (!element || !movable) return;
    return draggable({
      element,
      getInitialData: () => ({ calendar: "day", entry }),
      onDragStart: () => setDragging(true),
      onDrop: () => setDragging(false),
    });
  }, [entry, movable]);
  function keyDown(event: KeyboardEvent) {
    const by = BY[event.key];
    if (!movable || !event.altKey || by === undefined) return;
    event.preventDefault();
    onMove(entry, addDays(entry.day, by));
  }
  const time = entry.at ? timeOf(entry.at, timeZone) : "";
  const customer = entry.customer?.label ?? "";
  const about = [
    customer && !entry.title.includes(customer) ? customer : "",
    withPerson ? (entry.person?.label ?? "") : "",
  ]
    .filter(Boolean)
    .join(" · ");
  return (
    <button
      ref={button}
      type="button"
      className={styles.entry}
      data-code={entry.code}
      data-done={entry.done}
      data-dragging={dragging}
      title={[entry.label, time, entry.title, about].filter(Boolean).join(" ")}
      aria-keyshortcuts={movable ? "Alt+ArrowLeft Alt+ArrowRight Alt+ArrowUp Alt+ArrowDown" : undefined}
      onKeyDown={keyDown}
      onClick={(event) => {
        event.stopPropagation();
        onOpen(entry);
      }}
    >
      <span className="km-hidden">{entry.done ? t("doneOne", { label: entry.label }) : entry.label}</span>
      {time ? <time>{time}</time> : null}
      <span className={styles.words}>{entry.title}</span>
      {about ? <small>{about}</small> : null}
    </button>
  );
}
