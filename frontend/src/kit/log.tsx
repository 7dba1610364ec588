import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { Button } from "antd";
import type { ComponentProps, ReactNode } from "react";
import { useT } from "@/i18n/index";
import { Card } from "./card";
import styles from "./log.module.css";
import { SkeletonRows } from "./skeleton";
import { EmptyState, ErrorState } from "./states";

type LogProps<R> = {
  query: UseInfiniteQueryResult<InfiniteData<{ items: R[] }>>;
  /** How many lines stand in while nothing is there yet. */
  lines?: number;
  empty: Pick<ComponentProps<typeof EmptyState>, "icon" | "title" | "text">;
  children: (rows: R[]) => ReactNode;
};

/** A log read page by page: loading, failing, empty, its lines, and the way to older ones. */
export function Log<R>({ query, lines = 6, empty, children }: LogProps<R>) {
  const t = useT();
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      {query.isPending ? <SkeletonRows rows={lines} /> : null}
      {query.isError ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data ? (
        <Card flush>{rows.length === 0 ? <EmptyState {...empty} /> : children(rows)}</Card>
      ) : null}
      {query.hasNextPage ? (
        <div className={styles.more}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("loadMore")}
          </Button>
        </div>
      ) : null}
    </>
  );
}
