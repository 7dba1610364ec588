import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { History } from "lucide-react";
import { useCan } from "@/access/me";
import { api } from "@/api/client";
import type { Operation, Page } from "@/api/types";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { OperationRow } from "./operation-row";
import styles from "./operations.module.css";

type Filters = { whose?: "all" };

/** What was done to records, newest first, and the way back. */
export function OperationsPage() {
  const t = useT("operations");
  const common = useT();
  const can = useCan();
  const navigate = useNavigate();
  const { whose }: Filters = useSearch({ strict: false });
  const managing = can("platform.operation.view");
  const all = managing && whose === "all";
  const log = useInfiniteQuery({
    queryKey: ["operations", all],
    queryFn: async ({ signal, pageParam }) =>
      (
        await api.get<Page<Operation>>("/operations", {
          query: { mine: all ? null : true, cursor: pageParam },
          signal,
        })
      ).data,
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    // What is being taken back changes while one looks.
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.items.some((item) => item.state === "undoing"))
        ? 2000
        : false,
  });
  const rows = log.data?.pages.flatMap((page) => page.items) ?? [];
  const show = (next: Filters) => void navigate({ to: ".", search: next as never, replace: true });
  return (
    <div className={styles.page}>
      <PageHeader title={t("title")} sub={t("sub")}>
        {managing ? (
          <div className={styles.kinds}>
            <button type="button" aria-pressed={!all} onClick={() => show({})}>
              {t("mine")}
            </button>
            <button type="button" aria-pressed={all} onClick={() => show({ whose: "all" })}>
              {t("all")}
            </button>
          </div>
        ) : null}
      </PageHeader>
      {log.isPending ? <SkeletonRows rows={6} /> : null}
      {log.isError ? <ErrorState error={log.error} onRetry={() => void log.refetch()} /> : null}
      {log.data ? (
        <Card flush>
          {rows.length === 0 ? (
            <EmptyState icon={History} title={t("empty")} text={t("emptyText")} />
          ) : (
            <ul>
              {rows.map((row) => (
                <OperationRow key={row.id} row={row} others={all} />
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
