import { Plus } from "lucide-react";
import { useT } from "@/i18n/index";
import { weekday } from "@/objects/calendar/days";
import styles from "./calendar.module.css";
import { CalendarEntry, type EntryProps } from "./entry";
import type { Entry } from "./queries";

type DayListProps = Omit<EntryProps, "entry"> & {
  days: string[];
  byDay: ReadonlyMap<string, Entry[]>;
  now: string;
  onCreate: (day: string) => void;
};

/** Day under day: a calendar for a phone, and for one day. */
export function DayList({ days, byDay, now, onCreate, ...entry }: DayListProps) {
  const t = useT("calendar");
  const full = days.filter((day) => byDay.has(day) || day === now || days.length <= 7);
  return (
    <ol className={styles.agenda}>
      {full.map((day) => (
        <li key={day}>
          <div className={styles.agendaDay} data-today={day === now}>
            <h2>
              <time dateTime={day}>{day}</time> {t(`day_${weekday(day)}`)}
            </h2>
            <button
              type="button"
              className={styles.add}
              aria-label={t("createOn", { day })}
              onClick={() => onCreate(day)}
            >
              <Plus size={16} aria-hidden />
            </button>
          </div>
          {byDay.has(day) ? (
            <ul className={styles.entries}>
              {(byDay.get(day) ?? []).map((one) => (
                <li key={`${one.code}${one.id}`}>
                  <CalendarEntry {...entry} entry={one} />
                </li>
              ))}
            </ul>
          ) : (
            <p className={styles.nothing}>{t("nothing")}</p>
          )}
        </li>
      ))}
    </ol>
  );
}
