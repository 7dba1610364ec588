import { useFormat } from "../fields/use-format";
import styles from "./calendar.module.css";
import type { DayEntry } from "./calendar-day";
import { CalendarEntry, type EntryProps } from "./calendar-entry";
import { weekday } from "./days";

type AgendaProps = Pick<EntryProps, "meta" | "movable" | "onMove" | "onOpen"> & {
  days: string[];
  byDay: ReadonlyMap<string, DayEntry[]>;
  now: string;
};

/** Day under day, those with something on them: a calendar for a phone, and for one day. */
export function Agenda({ days, byDay, now, ...entry }: AgendaProps) {
  const { t } = useFormat();
  const full = days.filter((day) => byDay.has(day));
  if (full.length === 0) return <p className={styles.nothing}>{t("calendar.nothing")}</p>;
  return (
    <ol className={styles.agenda}>
      {full.map((day) => (
        <li key={day}>
          <h4 className={styles.agendaDay} data-today={day === now}>
            <time dateTime={day}>{day}</time> {t(`calendar.day_${weekday(day)}`)}
          </h4>
          <ul className={styles.entries}>
            {(byDay.get(day) ?? []).map((one) => (
              <li key={one.record.id}>
                <CalendarEntry {...entry} {...one} />
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}
