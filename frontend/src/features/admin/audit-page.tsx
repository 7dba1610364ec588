import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { ScrollText } from "lucide-react";
import { api } from "@/api/client";
import type { ObjectSummary, Page, Ref } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { DateTime, startOfDay } from "@/kit/date-time";
import { Log } from "@/kit/log";
import { PageHeader } from "@/kit/page-header";
import { RecordPicker } from "@/kit/record-picker";
import { SimpleTable } from "@/kit/simple-table";
import styles from "./audit.module.css";
import { useSectionTitle } from "./use-section-title";

type AuditChange = { object: string; record_id: string; op: string; diff: Record<string, unknown> | null };
type AuditEntry = {
  id: string | number;
  at: string;
  actor: Ref | null;
  action: string;
  action_label: string | null;
  object: string | null;
  object_label: string | null;
  record_label: string | null;
  record: string | null;
  reason: string | null;
  /** What it was about where that is no record: a field, a layout, a file. */
  told?: string;
  address: string | null;
  changes: AuditChange[] | null;
};
type Filters = {
  actor?: string;
  object?: string;
  record?: string;
  action?: string;
  from?: string;
  to?: string;
};

export function AuditPage() {
  const t = useT("admin");
  const title = useSectionTitle("audit");
  const navigate = useNavigate();
  const filters: Filters = useSearch({ strict: false });
  const { actor, object, record, action, from, to } = filters;
  const objects = useQuery({
    queryKey: ["meta", "objects"],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: ObjectSummary[] }>("/meta/objects", { signal })).data.items,
    staleTime: 5 * 60_000,
  });
  const entries = useInfiniteQuery({
    queryKey: ["admin", "audit", filters],
    queryFn: async ({ signal, pageParam }) =>
      (
        await api.get<Page<AuditEntry>>("/admin/audit", {
          query: {
            actor,
            object,
            record,
            action,
            from: dayStart(from),
            to: dayStart(to, 1),
            cursor: pageParam,
          },
          signal,
        })
      ).data,
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
  const set = (change: Filters) =>
    void navigate({ to: ".", search: { ...filters, ...change } as never, replace: true });
  const filtered = Object.values(filters).some(Boolean);

  return (
    <>
      <PageHeader title={title} sub={t("audit.sub")}>
        <div className={styles.filters}>
          <RecordPicker
            className={styles.who}
            object="users"
            label={t("audit.who")}
            value={actor ? [actor] : []}
            onChange={([id]) => set({ actor: id ?? "" })}
          />
          <select
            aria-label={t("audit.object")}
            value={object ?? ""}
            onChange={(event) => set({ object: event.target.value })}
          >
            <option value="">{t("audit.anyObject")}</option>
            {objects.data?.map((item) => (
              <option key={item.name} value={item.name}>
                {item.label}
              </option>
            ))}
          </select>
          <label>
            {t("audit.from")}
            <input type="date" value={from ?? ""} onChange={(event) => set({ from: event.target.value })} />
          </label>
          <label>
            {t("audit.to")}
            <input type="date" value={to ?? ""} onChange={(event) => set({ to: event.target.value })} />
          </label>
          <Button
            aria-pressed={action === "alarm"}
            type={action === "alarm" ? "primary" : "default"}
            onClick={() => set({ action: action === "alarm" ? "" : "alarm" })}
          >
            {t("audit.alarms")}
          </Button>
          {filtered ? (
            <Button
              type="text"
              onClick={() => void navigate({ to: ".", search: {} as never, replace: true })}
            >
              {t("audit.clear")}
            </Button>
          ) : null}
        </div>
      </PageHeader>
      <Log
        query={entries}
        lines={10}
        empty={{ icon: ScrollText, title: t("audit.empty"), text: t("audit.emptyText") }}
      >
        {(rows) => (
          <SimpleTable
            label={title}
            rows={rows}
            rowKey={(row) => String(row.id)}
            columns={[
              {
                key: "at",
                title: t("audit.at"),
                cell: (row) => <DateTime value={row.at} kind="instant" />,
              },
              { key: "who", title: t("audit.who"), cell: (row) => row.actor?.label ?? t("audit.system") },
              {
                key: "action",
                title: t("audit.action"),
                cell: (row) => (
                  <button type="button" className={styles.action} onClick={() => set({ action: row.action })}>
                    {row.action_label ?? row.action}
                  </button>
                ),
              },
              {
                key: "record",
                title: t("audit.record"),
                cell: (row) => <RecordOf entry={row} />,
              },
              {
                key: "ip",
                title: "IP",
                phone: "hide",
                cell: (row) => <span className="km-num">{row.address ?? ""}</span>,
              },
            ]}
            below={(row) => (hasChanges(row) ? <Changes entry={row} /> : null)}
          />
        )}
      </Log>
    </>
  );
}

/** The first moment of a day on the person's clock; `after` days later, so that "to" includes its day. */
function dayStart(day: string | undefined, after = 0): string | undefined {
  if (!day || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  return startOfDay(day).add(after, "day").toISOString();
}

function RecordOf({ entry }: { entry: AuditEntry }) {
  const t = useT("admin");
  const { record, object } = entry;
  return (
    <span>
      <span className={styles.kind}>{entry.object_label ?? object ?? "–"}</span>{" "}
      {record && object ? (
        <AppLink path={`/${object}/${record}`}>{entry.record_label ?? t("audit.open")}</AppLink>
      ) : null}
      {entry.told}
    </span>
  );
}

function word(value: unknown, blank: string): string {
  if (value === null || value === undefined || value === "") return blank;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What changed, under the line that says who did it. */
function Changes({ entry }: { entry: AuditEntry }) {
  const t = useT("admin");
  const blank = t("audit.blank");
  const lines = (entry.changes ?? []).flatMap((change) =>
    Object.entries(change.diff ?? {}).flatMap(([field, pair]) =>
      Array.isArray(pair) && pair.length === 2
        ? [{ field, old: word(pair[0], blank), now: word(pair[1], blank) }]
        : [],
    ),
  );
  return (
    <ul className={styles.changes}>
      {entry.reason ? <li>{t("audit.reason", { reason: entry.reason })}</li> : null}
      {lines.slice(0, 12).map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a stored entry never changes
        <li key={index}>
          <code>{line.field}</code> <del>{line.old}</del> → {line.now}
        </li>
      ))}
    </ul>
  );
}

function hasChanges(entry: AuditEntry): boolean {
  return (
    Boolean(entry.reason) || (entry.changes ?? []).some((change) => change.op === "U" && change.diff !== null)
  );
}
