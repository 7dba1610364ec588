import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { useEffect, useRef, useState } from "react";
import { useFormat } from "../fields/use-format";
import { Pop } from "../list/filter-bar";
import styles from "./calendar.module.css";
import { CalendarEntry, type EntryProps } from "./calendar-entry";

export type DayEntry = Pick<EntryProps, "record" | "value" | "sub">;

type CalendarDayProps = Pick<EntryProps, "meta" | "movable" | "onMove" | "onOpen"> & {
  day: string;
  entries: DayEntry[];
  /** How many fit before "more"; null: all of them. */
  room: number | null;
  isToday: boolean;
  /** Of another month. */
  beside: boolean;
};

/** One day: what fits, and the rest behind "more". */
export function CalendarDay(props: CalendarDayProps) {
  const { meta, day, entries, room, isToday, beside, movable, onMove, onOpen } = props;
  const { t } = useFormat();
  const cell = useRef<HTMLLIElement>(null);
  const [over, setOver] = useState(false);
  useEffect(() => {
    const element = cell.current;
    if (!element || !movable) return;
    return dropTargetForElements({
      element,
      canDrop: ({ source }) => source.data.calendar === meta.name,
      getData: () => ({ day }),
      onDragEnter: () => setOver(true),
      onDragLeave: () => setOver(false),
      onDrop: () => setOver(false),
    });
  }, [meta.name, day, movable]);
  const shown = room === null || entries.length <= room ? entries : entries.slice(0, room - 1);
  const row = (entry: DayEntry) => (
    <li key={entry.record.id}>
      <CalendarEntry meta={meta} movable={movable} onMove={onMove} onOpen={onOpen} {...entry} />
    </li>
  );
  return (
    <li ref={cell} className={styles.day} data-over={over} data-today={isToday} data-beside={beside}>
      <time dateTime={day} className={styles.number} aria-current={isToday ? "date" : undefined}>
        {Number(day.slice(8))}
      </time>
      <ul className={styles.entries}>
        {shown.map(row)}
        {shown.length < entries.length ? (
          <li>
            <Pop
              button={
                <button type="button" className={styles.more} aria-haspopup="dialog">
                  {t("calendar.more", { count: entries.length - shown.length })}
                </button>
              }
              content={() => (
                <div className={styles.all}>
                  <h4>{day}</h4>
                  <ul className={styles.entries}>{entries.map(row)}</ul>
                </div>
              )}
            />
          </li>
        ) : null}
      </ul>
    </li>
  );
}
