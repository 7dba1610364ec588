import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { EyeOff } from "lucide-react";
import { api } from "@/api/client";
import type { Page, Ref } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { DateTime } from "@/kit/date-time";
import { Log } from "@/kit/log";
import { PageHeader } from "@/kit/page-header";
import { RecordPicker } from "@/kit/record-picker";
import { SimpleTable } from "@/kit/simple-table";
import styles from "./audit.module.css";
import { useSectionTitle } from "./use-section-title";

type Entry = {
  id: number;
  at: string;
  actor: Ref;
  object: string | null;
  object_label: string | null;
  record: string | null;
  record_label: string | null;
  reason: string;
  data: { field?: string; field_label?: string; refused?: string } | null;
};
type Filters = { actor?: string; refused?: "1" };

/** Who had which masked value shown, and why. The values themselves are kept nowhere. */
export function RevealsPage() {
  const t = useT("admin");
  const title = useSectionTitle("reveals");
  const navigate = useNavigate();
  const filters: Filters = useSearch({ strict: false });
  const action = filters.refused ? "reveal.refused" : "reveal";
  const entries = useInfiniteQuery({
    queryKey: ["admin", "reveals", filters],
    queryFn: async ({ signal, pageParam }) =>
      (
        await api.get<Page<Entry>>("/admin/audit", {
          query: { action, actor: filters.actor, cursor: pageParam },
          signal,
        })
      ).data,
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
  const set = (change: Filters) =>
    void navigate({ to: ".", search: { ...filters, ...change } as never, replace: true });
  return (
    <>
      <PageHeader title={title} sub={t("reveals.sub")}>
        <div className={styles.filters}>
          <RecordPicker
            className={styles.who}
            object="users"
            label={t("audit.who")}
            value={filters.actor ? [filters.actor] : []}
            onChange={(ids) => set({ actor: ids[0] as string })}
          />
          <Button
            aria-pressed={Boolean(filters.refused)}
            type={filters.refused ? "primary" : "default"}
            onClick={() => set({ refused: (filters.refused ? undefined : "1") as "1" })}
          >
            {t("reveals.refused")}
          </Button>
        </div>
      </PageHeader>
      <Log
        query={entries}
        lines={8}
        empty={{ icon: EyeOff, title: t("reveals.empty"), text: t("reveals.emptyText") }}
      >
        {(rows) => (
          <SimpleTable
            label={title}
            rows={rows}
            rowKey={(row) => String(row.id)}
            columns={[
              { key: "who", title: t("audit.who"), cell: (row) => row.actor.label ?? "" },
              {
                key: "at",
                title: t("audit.at"),
                cell: (row) => <DateTime value={row.at} kind="instant" />,
              },
              {
                key: "record",
                title: t("audit.record"),
                cell: (row) => (
                  <span>
                    {row.object_label}{" "}
                    {row.record && row.object ? (
                      <AppLink path={`/${row.object}/${row.record}`}>
                        {row.record_label ?? t("audit.open")}
                      </AppLink>
                    ) : null}
                  </span>
                ),
              },
              {
                key: "field",
                title: t("reveals.field"),
                cell: (row) => row.data?.field_label ?? row.data?.field ?? "",
              },
              { key: "reason", title: t("reveals.reason"), cell: (row) => row.reason || "–" },
            ]}
          />
        )}
      </Log>
    </>
  );
}
