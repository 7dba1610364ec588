import type { UseQueryResult } from "@tanstack/react-query";
import { Button } from "antd";
import { ListPlus } from "lucide-react";
import type { ReactNode } from "react";
import { requestCreate } from "@/access/create-request";
import type { Row } from "@/api/types";
import { useT } from "@/i18n/index";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";

type ListStateProps = { query: UseQueryResult<Row[]>; object: string; children: (rows: Row[]) => ReactNode };

/** Loading, failing and empty, the same way on every administration page. */
export function ListState({ query, object, children }: ListStateProps) {
  const t = useT("admin");
  if (query.isPending) return <SkeletonRows rows={6} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data.length === 0) {
    return (
      <EmptyState
        icon={ListPlus}
        title={t(`${object}.empty`)}
        text={t(`${object}.emptyText`)}
        action={
          <Button type="primary" onClick={() => requestCreate(object)}>
            {t(`${object}.create`)}
          </Button>
        }
      />
    );
  }
  return children(query.data);
}
