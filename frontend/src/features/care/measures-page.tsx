import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { HeartHandshake } from "lucide-react";
import { api } from "@/api/client";
import type { Id, ListPage, Ref } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { SimpleTable } from "@/kit/simple-table";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import styles from "./care.module.css";

type Measure = {
  person: Ref;
  in_time: number;
  late: number;
  broken: number;
  overdue: number;
  rate: number | null;
};
type Step = {
  id: Id;
  position: number;
  title: string;
  open: number;
  done: number;
  skipped: number;
  days_late: number | null;
};
type Report = { states: Record<"active" | "paused" | "done" | "stopped", number>; steps: Step[] };
type Sequence = { id: Id; name: string };
type Measures = { since: string; until: string; items: Measure[] };
const STATES = ["active", "paused", "done", "stopped"] as const;

/** How promises are kept, by person, and how sequences go, step by step. */
export function MeasuresPage() {
  const t = useT("care");
  return (
    <div className={styles.wide}>
      <PageHeader title={t("measures.title")} sub={t("measures.sub")} />
      <Promises />
      <Sequences />
    </div>
  );
}

function Promises() {
  const t = useT("care");
  const query = useQuery({
    queryKey: ["promise-measures"],
    queryFn: async ({ signal }) => (await api.get<Measures>("/promises/measures", { signal })).data,
  });
  const list = (person: Ref, status: string) =>
    `/promises?view=all&filter=${encodeURIComponent(
      JSON.stringify({
        and: [
          { field: "owner", op: "eq", value: person.id },
          { field: "status", op: "eq", value: status },
          { field: "due_on", op: "gte", value: query.data?.since },
          { field: "due_on", op: status === "open" ? "lt" : "lte", value: query.data?.until },
        ],
      }),
    )}`;
  return (
    <Card title={t("measures.promises")} flush>
      {query.isPending ? <SkeletonRows rows={3} /> : null}
      {query.isError ? <ErrorState compact error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data?.items.length === 0 ? (
        <EmptyState icon={HeartHandshake} title={t("measures.none")} />
      ) : null}
      {query.data && query.data.items.length > 0 ? (
        <SimpleTable
          label={t("measures.promises")}
          rows={query.data.items}
          rowKey={(row) => row.person.id}
          columns={[
            { key: "person", title: t("measures.person"), cell: (row) => row.person.label ?? "" },
            {
              key: "rate",
              title: t("measures.rate"),
              align: "end",
              cell: (row) => (row.rate === null ? "–" : `${row.rate}%`),
            },
            {
              key: "in_time",
              title: t("measures.in_time"),
              align: "end",
              cell: (row) => <AppLink path={list(row.person, "kept")}>{row.in_time}</AppLink>,
            },
            { key: "late", title: t("measures.late"), align: "end", cell: (row) => row.late },
            {
              key: "broken",
              title: t("measures.broken"),
              align: "end",
              cell: (row) => <AppLink path={list(row.person, "broken")}>{row.broken}</AppLink>,
            },
            {
              key: "overdue",
              title: t("measures.overdue"),
              align: "end",
              cell: (row) => <AppLink path={list(row.person, "open")}>{row.overdue}</AppLink>,
            },
          ]}
        />
      ) : null}
    </Card>
  );
}

function Sequences() {
  const t = useT("care");
  const navigate = useNavigate();
  const search: { sequence?: string } = useSearch({ strict: false });
  const sequences = useQuery({
    queryKey: ["sequences-of-report"],
    queryFn: async ({ signal }) =>
      (await api.get<ListPage<Sequence>>("/sequences", { query: { fields: "name", limit: 100 }, signal }))
        .data.items,
  });
  const chosen = sequences.data?.find((one) => one.id === search.sequence) ?? sequences.data?.[0];
  const report = useQuery({
    queryKey: ["sequence-report", chosen?.id],
    enabled: chosen !== undefined,
    queryFn: async ({ signal }) =>
      (await api.get<Report>(`/sequences/${chosen?.id}/report`, { signal })).data,
  });
  return (
    <Card
      title={t("measures.sequences")}
      extra={
        <select
          className={styles.pick}
          aria-label={t("measures.which")}
          value={chosen?.id ?? ""}
          onChange={(event) =>
            void navigate({ to: ".", search: { sequence: event.target.value } as never, replace: true })
          }
        >
          {(sequences.data ?? []).map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      }
      flush
    >
      {report.isError ? (
        <ErrorState compact error={report.error} onRetry={() => void report.refetch()} />
      ) : null}
      {report.data && chosen ? (
        <>
          <p className={styles.states}>
            {STATES.map((state) => (
              <AppLink
                key={state}
                path={`/enrollments?view=all&filter=${encodeURIComponent(
                  JSON.stringify({
                    and: [
                      { field: "sequence", op: "eq", value: chosen.id },
                      { field: "status", op: "eq", value: state },
                    ],
                  }),
                )}`}
              >
                {t(`measures.${state}`)} {report.data.states[state]}
              </AppLink>
            ))}
          </p>
          <SimpleTable
            label={chosen.name}
            rows={report.data.steps}
            rowKey={(row) => row.id}
            columns={[
              { key: "step", title: t("measures.step"), cell: (row) => `${row.position}. ${row.title}` },
              { key: "open", title: t("measures.open"), align: "end", cell: (row) => row.open },
              { key: "done", title: t("measures.step_done"), align: "end", cell: (row) => row.done },
              { key: "skipped", title: t("measures.skipped"), align: "end", cell: (row) => row.skipped },
              {
                key: "late",
                title: t("measures.days_late"),
                align: "end",
                cell: (row) => (row.days_late === null ? "–" : row.days_late),
              },
            ]}
          />
        </>
      ) : report.isPending ? (
        <SkeletonRows rows={6} />
      ) : null}
    </Card>
  );
}
