import { monitorForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { CalendarDays } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useIsPhone } from "@/kit/use-is-phone";
import { kindOf } from "../fields/registry";
import { useFormat } from "../fields/use-format";
import type { Shown } from "../list/use-list-state";
import { type FieldMeta, fieldOf, type ObjectMeta, type RecordData } from "../model/meta";
import type { ListState } from "../model/view-state";
import { Agenda } from "./agenda";
import styles from "./calendar.module.css";
import { CalendarDay, type DayEntry } from "./calendar-day";
import { CalendarTools } from "./calendar-tools";
import { dayOf, daysOf, today, weekday } from "./days";
import { useCalendar } from "./use-calendar";

type CalendarProps = {
  meta: ObjectMeta;
  state: ListState;
  shown: Shown;
  set: (change: Partial<ListState>) => void;
  onOpen: (record: RecordData, ids: string[]) => void;
};

const ROOM = 4;

function dateFields(meta: ObjectMeta): FieldMeta[] {
  return (meta.date_fields ?? [])
    .map((name) => fieldOf(meta, name))
    .filter((one): one is FieldMeta => one !== null);
}

export function Calendar(props: CalendarProps) {
  const { t } = useFormat();
  const fields = dateFields(props.meta);
  const chosen = fields.find((one) => one.name === props.shown.options.date);
  // What one plans by comes before the stamps every record has.
  const field = chosen ?? fields.find((one) => !one.read_only) ?? fields[0];
  if (!field) return <EmptyState icon={CalendarDays} title={t("calendar.no_field")} />;
  return <DatedCalendar {...props} field={field} fields={fields} />;
}

function DatedCalendar({
  meta,
  state,
  shown,
  set,
  onOpen,
  field,
  fields,
}: CalendarProps & { field: FieldMeta; fields: FieldMeta[] }) {
  const context = useFormat();
  const { t, timeZone } = context;
  const phone = useIsPhone();
  const now = today(timeZone);
  const day = state.day ?? now;
  const { span } = shown.options;
  const days = daysOf(day, span);
  const beside = shown.columns
    .filter((one) => one.name !== meta.title_field && one.name !== field.name)
    .slice(0, 2);
  const names = beside.map((one) => one.name);
  const { month, move, movable } = useCalendar(meta, field, days, {
    filter: state.filter,
    q: state.q,
    view: shown.base,
    names,
  });
  const latest = useRef(move);
  latest.current = move;
  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => source.data.calendar === meta.name,
        onDrop: ({ source, location }) => {
          const to = location.current.dropTargets[0]?.data.day;
          if (typeof to === "string") latest.current(String(source.data.id), to);
        },
      }),
    [meta.name],
  );
  const rows = month.data?.rows ?? [];
  const byDay = useMemo(() => {
    const found = new Map<string, DayEntry[]>();
    for (const record of rows) {
      const value = record[field.name];
      if (typeof value !== "string") continue;
      const key = dayOf(value, timeZone);
      const sub = beside.map((one) => kindOf(one).text(one, record[one.name], context)).filter(Boolean);
      found.set(key, [...(found.get(key) ?? []), { record, value, sub: sub.join(" · ") }]);
    }
    for (const entries of found.values()) entries.sort((a, b) => a.value.localeCompare(b.value));
    return found;
  }, [rows, field.name, timeZone, beside, context]);
  const options = (change: Partial<Shown["options"]>) => set({ options: { ...state.options, ...change } });
  const open = (record: RecordData) =>
    onOpen(
      record,
      days.flatMap((one) => (byDay.get(one) ?? []).map((entry) => entry.record.id)),
    );
  const common = { meta, movable, onMove: move, onOpen: open };
  return (
    <div className={styles.wrap} aria-busy={month.isPlaceholderData}>
      <CalendarTools
        fields={fields}
        field={field}
        span={span}
        day={day}
        now={now}
        onField={(date) => options({ date })}
        onSpan={(next) => options({ span: next })}
        onDay={(next) => set({ day: next === now ? null : next })}
      />
      {month.isError ? <ErrorState error={month.error} onRetry={() => void month.refetch()} /> : null}
      {month.isPending ? <SkeletonRows /> : null}
      {month.data?.more ? (
        <p className={styles.note} role="status">
          {t("calendar.too_many", { count: rows.length })}
        </p>
      ) : null}
      {month.data && (phone || span === "day") ? (
        <Agenda {...common} days={days} byDay={byDay} now={now} />
      ) : null}
      {month.data && !phone && span !== "day" ? (
        <>
          <div className={styles.weekdays} aria-hidden>
            {days.slice(0, 7).map((one) => (
              <span key={one}>{t(`calendar.day_${weekday(one)}`)}</span>
            ))}
          </div>
          <ol className={styles.grid} data-span={span}>
            {days.map((one) => (
              <CalendarDay
                key={one}
                {...common}
                day={one}
                entries={byDay.get(one) ?? []}
                room={span === "month" ? ROOM : null}
                isToday={one === now}
                beside={span === "month" && one.slice(0, 7) !== day.slice(0, 7)}
              />
            ))}
          </ol>
        </>
      ) : null}
    </div>
  );
}
