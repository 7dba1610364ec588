import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { CalendarClock, ChevronLeft, ChevronRight } from "lucide-react";
import { requestCreate } from "@/access/create-request";
import { api } from "@/api/client";
import type { Id } from "@/api/types";
import { TeamInstead, useWhose, WhoseSelect } from "@/features/worklist/public";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { localTime } from "@/kit/date-time";
import { PageHeader } from "@/kit/page-header";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useMeta } from "@/objects/data/meta";
import styles from "./care.module.css";

type Entry = { id: Id; title: string; kind: string; on: string; status: "planned" | "done" };
type Line = {
  id: Id;
  name: string;
  importance: string;
  entries: Entry[];
  coverage: Record<string, { planned: number; done: number }>;
};
type Year = { year: number; items: Line[] };
type Search = { year?: string };
const MONTHS = Array.from({ length: 12 }, (_, n) => n + 1);

/** Key accounts through the year: which month brings what, and between which levels people meet. */
export function AccountYearPage() {
  const t = useT("care");
  const navigate = useNavigate();
  const search: Search = useSearch({ strict: false });
  const year = /^20\d\d$/.test(search.year ?? "") ? Number(search.year) : localTime().year();
  const { whose } = useWhose();
  const data = useQuery({
    queryKey: ["account-year", year, whose.person ?? "", whose.team],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) =>
      (
        await api.get<Year>("/account-year", {
          query: { year, person: whose.person, team: whose.team || undefined },
          signal,
        })
      ).data,
  });
  const set = (change: Search) =>
    void navigate({ to: ".", search: ((old: Search) => ({ ...old, ...change })) as never, replace: true });
  return (
    <div className={styles.wide}>
      <PageHeader
        title={t("year.title")}
        sub={t("year.sub")}
        actions={
          <>
            <WhoseSelect />
            <button type="button" className={styles.add} onClick={() => requestCreate("planned-contacts")}>
              {t("year.add")}
            </button>
          </>
        }
      />
      <div className={styles.turns}>
        <button type="button" aria-label={t("year.before")} onClick={() => set({ year: String(year - 1) })}>
          <ChevronLeft size={17} aria-hidden />
        </button>
        <strong aria-live="polite">{year}</strong>
        <button type="button" aria-label={t("year.after")} onClick={() => set({ year: String(year + 1) })}>
          <ChevronRight size={17} aria-hidden />
        </button>
      </div>
      {data.isPending ? <SkeletonRows rows={6} /> : null}
      {data.isError ? <ErrorState error={data.error} onRetry={() => void data.refetch()} /> : null}
      {data.data && data.data.items.length === 0 ? (
        <EmptyState
          icon={CalendarClock}
          title={t("year.empty")}
          text={t("year.emptyText")}
          action={<TeamInstead />}
        />
      ) : null}
      {data.data && data.data.items.length > 0 ? (
        <Card flush>
          <div className={styles.scroll}>
            <YearTable lines={data.data.items} />
          </div>
        </Card>
      ) : null}
    </div>
  );
}

function YearTable({ lines }: { lines: Line[] }) {
  const t = useT("care");
  const { data: meta } = useMeta("planned-contacts");
  const choices = (field: string) => meta?.fields.find((one) => one.name === field)?.choices ?? [];
  const kinds = Object.fromEntries(choices("kind").map((choice) => [choice.value, choice.label]));
  const levels = choices("our_level").filter((choice) => choice.active);
  return (
    <table className={styles.year}>
      <thead>
        <tr>
          <th scope="col">{t("year.customer")}</th>
          <th scope="col">{t("year.coverage")}</th>
          {MONTHS.map((month) => (
            <th key={month} scope="col">
              {t("year.month", { month })}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.id}>
            <th scope="row">
              <AppLink path={`/customers/${line.id}`}>{line.name}</AppLink>
            </th>
            <td>
              <ul className={styles.levels}>
                {levels.map((level) => {
                  const met = line.coverage[`${level.value}:${level.value}`];
                  const state = met?.done ? "done" : met ? "planned" : "none";
                  return (
                    <li key={level.value} data-state={state}>
                      {level.label} <span>{t(`year.${state}`)}</span>
                    </li>
                  );
                })}
              </ul>
            </td>
            {MONTHS.map((month) => (
              <td key={month}>
                {line.entries
                  .filter((entry) => Number(entry.on.slice(5, 7)) === month)
                  .map((entry) => (
                    <AppLink
                      key={entry.id}
                      path={`/planned-contacts/${entry.id}`}
                      className={styles.mark}
                      data-status={entry.status}
                      title={`${entry.on} ${entry.title}`}
                    >
                      {entry.status === "done" ? "✓ " : ""}
                      {kinds[entry.kind] ?? entry.kind}
                    </AppLink>
                  ))}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
