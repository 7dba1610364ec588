import { monitorForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { Plus, Rss } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useMe } from "@/access/me";
import { mayCreate } from "@/access/menu";
import { TeamInstead, useWhose, WhoseSelect } from "@/features/worklist/public";
import { useT } from "@/i18n/index";
import { PageHeader } from "@/kit/page-header";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { useIsPhone } from "@/kit/use-is-phone";
import { CalendarTools } from "@/objects/calendar/calendar-tools";
import { daysOf, instantAt, today, weekday } from "@/objects/calendar/days";
import { useFormat } from "@/objects/fields/use-format";
import { SPANS, type Span } from "@/objects/model/layout-options";
import styles from "./calendar.module.css";
import { DayCell } from "./day-cell";
import { DayList } from "./day-list";
import { type Entry, useEntries } from "./queries";

const CreatePanel = lazy(() => import("@/objects/form/form-panel").then((m) => ({ default: m.CreatePanel })));
const RecordPanel = lazy(() =>
  import("@/objects/detail/record-panel").then((m) => ({ default: m.RecordPanel })),
);
const FeedPanel = lazy(() => import("./feed-panel").then((m) => ({ default: m.FeedPanel })));

const ROOM = 5;
type Search = { day?: string; span?: string };

/** Tasks, next contacts, promises, plans and care days together; one's own, a colleague's, the team's. */
export function CalendarPage() {
  const t = useT("calendar");
  const { timeZone } = useFormat();
  const me = useMe();
  const phone = useIsPhone();
  const client = useQueryClient();
  const navigate = useNavigate();
  const search: Search = useSearch({ strict: false });
  const now = today(timeZone);
  const day = /^\d{4}-\d{2}-\d{2}$/.test(search.day ?? "") ? (search.day as string) : now;
  const span: Span = SPANS.find((one) => one === search.span) ?? (phone ? "week" : "month");
  const { whose, team } = useWhose();
  const days = useMemo(() => daysOf(day, span), [day, span]);
  const { entries, move } = useEntries(days, whose, timeZone);
  const [creating, setCreating] = useState<string | null>(null);
  const [open, setOpen] = useState<Entry | null>(null);
  const [feeding, setFeeding] = useState(false);
  const latest = useRef(move);
  latest.current = move;
  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => source.data.calendar === "day",
        onDrop: ({ source, location }) => {
          const to = location.current.dropTargets[0]?.data.day;
          if (typeof to === "string") latest.current(source.data.entry as Entry, to);
        },
      }),
    [],
  );
  const byDay = useMemo(() => {
    const found = new Map<string, Entry[]>();
    for (const entry of entries.data?.items ?? [])
      found.set(entry.day, [...(found.get(entry.day) ?? []), entry]);
    return found;
  }, [entries.data]);
  const set = (change: Search) =>
    void navigate({ to: ".", search: ((old: Search) => ({ ...old, ...change })) as never, replace: true });
  const mayAdd = mayCreate(me, "tasks");
  const common = {
    timeZone,
    withPerson: team,
    onMove: move,
    onOpen: setOpen,
    onCreate: (on: string) => mayAdd && setCreating(on),
  };
  const refresh = () => {
    for (const key of ["calendar", "worklist"]) void client.invalidateQueries({ queryKey: [key] });
  };
  return (
    <div className={styles.page}>
      <PageHeader
        title={t("title")}
        actions={
          <>
            {entries.data?.items.length === 0 ? <TeamInstead /> : null}
            <WhoseSelect />
            <Button icon={<Rss size={15} aria-hidden />} onClick={() => setFeeding(true)}>
              {t("feed.open")}
            </Button>
            {mayAdd ? (
              <Button type="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setCreating(day)}>
                {t("create")}
              </Button>
            ) : null}
          </>
        }
      />
      <section className={styles.card}>
        <CalendarTools
          span={span}
          day={day}
          now={now}
          onSpan={(next) => set({ span: next })}
          onDay={(next) => set({ day: next === now ? undefined : next } as Search)}
        />
        {entries.isPending ? <SkeletonRows rows={8} /> : null}
        {entries.isError ? <ErrorState error={entries.error} onRetry={() => void entries.refetch()} /> : null}
        {entries.data?.more ? <p className={styles.note}>{t("tooMany")}</p> : null}
        {entries.data && (phone || span === "day") ? (
          <DayList {...common} days={days} byDay={byDay} now={now} />
        ) : null}
        {entries.data && !phone && span !== "day" ? (
          <div aria-busy={entries.isPlaceholderData}>
            <div className={styles.weekdays} aria-hidden>
              {days.slice(0, 7).map((one) => (
                <span key={one}>{t(`day_${weekday(one)}`)}</span>
              ))}
            </div>
            <ol className={styles.grid} data-span={span}>
              {days.map((one) => (
                <DayCell
                  key={one}
                  {...common}
                  day={one}
                  entries={byDay.get(one) ?? []}
                  room={span === "month" ? ROOM : null}
                  isToday={one === now}
                  beside={span === "month" && one.slice(0, 7) !== day.slice(0, 7)}
                  onDay={(next) => set({ day: next, span: "day" })}
                />
              ))}
            </ol>
          </div>
        ) : null}
      </section>
      <Suspense fallback={null}>
        {creating ? (
          <CreatePanel
            object="tasks"
            initial={{ due_at: instantAt(creating, "09:00:00", timeZone) }}
            onCreated={refresh}
            onClose={() => setCreating(null)}
          />
        ) : null}
        {open ? (
          <RecordPanel
            object={open.object}
            id={open.id}
            onMove={() => undefined}
            onClose={() => {
              setOpen(null);
              refresh();
            }}
          />
        ) : null}
        {feeding ? <FeedPanel onClose={() => setFeeding(false)} /> : null}
      </Suspense>
    </div>
  );
}
