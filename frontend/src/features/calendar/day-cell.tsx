import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Plus } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useT } from "@/i18n/index";
import styles from "./calendar.module.css";
import { CalendarEntry, type EntryProps } from "./entry";
import type { Entry } from "./queries";

type DayCellProps = Omit<EntryProps, "entry"> & {
  day: string;
  entries: Entry[];
  /** How many fit before "more"; null: all of them. */
  room: number | null;
  isToday: boolean;
  beside: boolean;
  onCreate: (day: string) => void;
  onDay: (day: string) => void;
};

/** One day: what fits, the rest behind a step into the day; a click on its free room makes a task. */
export function DayCell(props: DayCellProps) {
  const { day, entries, room, isToday, beside, onCreate, onDay, ...rest } = props;
  const t = useT("calendar");
  const cell = useRef<HTMLLIElement>(null);
  const [over, setOver] = useState(false);
  useEffect(() => {
    const element = cell.current;
    if (!element) return;
    return dropTargetForElements({
      element,
      canDrop: ({ source }) => source.data.calendar === "day",
      getData: () => ({ day }),
      onDragEnter: () => setOver(true),
      onDragLeave: () => setOver(false),
      onDrop: () => setOver(false),
    });
  }, [day]);
  const shown = room === null || entries.length <= room ? entries : entries.slice(0, room - 1);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the plus button beside the number does the same
    <li
      ref={cell}
      className={styles.day}
      data-over={over}
      data-today={isToday}
      data-beside={beside}
      onClick={(event) => event.target === event.currentTarget && onCreate(day)}
    >
      <div className={styles.dayHead}>
        <button
          type="button"
          className={styles.number}
          aria-current={isToday ? "date" : undefined}
          aria-label={t("openDay", { day })}
          onClick={() => onDay(day)}
        >
          {Number(day.slice(8))}
        </button>
        <button
          type="button"
          className={styles.add}
          aria-label={t("createOn", { day })}
          onClick={() => onCreate(day)}
        >
          <Plus size={14} aria-hidden />
        </button>
      </div>
      <ul className={styles.entries}>
        {shown.map((entry) => (
          <li key={`${entry.code}${entry.id}${entry.day}`}>
            <CalendarEntry entry={entry} {...rest} />
          </li>
        ))}
      </ul>
      {shown.length < entries.length ? (
        <button type="button" className={styles.more} onClick={() => onDay(day)}>
          {t("more", { count: entries.length - shown.length })}
        </button>
      ) : null}
    </li>
  );
}
