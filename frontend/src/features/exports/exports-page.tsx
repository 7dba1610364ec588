import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useLocation, useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { FileDown } from "lucide-react";
import { useCan } from "@/access/me";
import { api } from "@/api/client";
import type { Page } from "@/api/types";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { type ExportLine, ExportRow } from "./export-row";
import styles from "./exports.module.css";

type Which = "mine" | "waiting" | "all";

/** Lists taken out as files: one's own, those waiting for one's decision, and the whole log for who keeps it. */
export function ExportsPage() {
  const t = useT("exports");
  const common = useT();
  const can = useCan();
  const navigate = useNavigate();
  const search: { which?: Which } = useSearch({ strict: false });
  const inAdmin = useLocation({ select: (location) => location.pathname.startsWith("/admin") });
  const tabs: Which[] = [
    "mine",
    ...(can("platform.export.approve") ? (["waiting"] as const) : []),
    ...(can("platform.export.audit") || can("platform.export.approve") ? (["all"] as const) : []),
  ];
  const asked = search.which ?? (inAdmin ? "all" : "mine");
  const which = tabs.includes(asked) ? asked : "mine";
  const log = useInfiniteQuery({
    queryKey: ["exports", which],
    queryFn: async ({ signal, pageParam }) =>
      (await api.get<Page<ExportLine>>("/exports", { query: { which, cursor: pageParam }, signal })).data,
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
  const rows = log.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className={styles.page}>
      <PageHeader title={t("title")} sub={t("sub")}>
        {tabs.length > 1 ? (
          <div className={styles.kinds}>
            {tabs.map((tab) => (
              <button
                key={tab}
                type="button"
                aria-pressed={tab === which}
                onClick={() => void navigate({ to: ".", search: { which: tab } as never, replace: true })}
              >
                {t(`which.${tab}`)}
              </button>
            ))}
          </div>
        ) : null}
      </PageHeader>
      {log.isPending ? <SkeletonRows rows={6} /> : null}
      {log.isError ? <ErrorState error={log.error} onRetry={() => void log.refetch()} /> : null}
      {log.data ? (
        <Card flush>
          {rows.length === 0 ? (
            <EmptyState icon={FileDown} title={t(`empty.${which}`)} text={t("emptyText")} />
          ) : (
            <ul>
              {rows.map((row) => (
                <ExportRow key={row.id} row={row} own={which === "mine"} />
              ))}
            </ul>
          )}
        </Card>
      ) : null}
      {log.hasNextPage ? (
        <div className={styles.more}>
          <Button loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            {common("loadMore")}
          </Button>
        </div>
      ) : null}
    </div>
  );
}
