import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { api } from "@/api/client";
import type { HistoryItem, Page } from "@/api/types";
import { DateTime } from "@/kit/date-time";
import { SidePanel } from "@/kit/side-panel";
import { SkeletonCard } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { StateTag } from "@/kit/tag";
import { keys } from "../data/keys";
import { useFormat } from "../fields/use-format";
import { type ObjectMeta, type RecordData, titleOf } from "../model/meta";
import styles from "./history.module.css";
import { Merges } from "./merges";

type HistoryPanelProps = { meta: ObjectMeta; record: RecordData; onClose: () => void };

/** Who changed what and when, old value beside new. */
export function HistoryPanel({ meta, record, onClose }: HistoryPanelProps) {
  const { t } = useFormat();
  const query = useInfiniteQuery({
    queryKey: keys.history(meta.name, record.id),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page<HistoryItem>) => page.next_cursor,
    queryFn: async ({ pageParam, signal }) =>
      (
        await api.get<Page<HistoryItem>>(`/${meta.name}/${record.id}/history`, {
          query: { cursor: pageParam },
          signal,
        })
      ).data,
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <SidePanel open onClose={onClose} title={t("history.of", { title: titleOf(meta, record) })} width={560}>
      {record.can?.merge === undefined ? null : <Merges meta={meta} record={record} />}
      {query.isPending ? <SkeletonCard lines={5} /> : null}
      {query.isError ? <ErrorState compact error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isSuccess && items.length === 0 ? <EmptyState compact title={t("history.empty")} /> : null}
      <ol className={styles.list}>
        {items.map((item) => (
          <li
            key={`${item.at}${item.action}${item.changes.map((change) => change.field).join()}`}
            className={styles.item}
          >
            <p className={styles.head}>
              <b>{item.actor?.label ?? t("history.system")}</b>
              <span>{item.action_label}</span>
              {item.merged ? <StateTag>{t("merge.history")}</StateTag> : null}
              <span className={styles.when}>
                <DateTime value={item.at} />
              </span>
            </p>
            {item.reason ? (
              <p className={styles.reason}>{t("history.reason", { reason: item.reason })}</p>
            ) : null}
            <dl>
              {item.changes.map((change) => (
                <div key={change.field} className={styles.change}>
                  <dt>{change.label}</dt>
                  <dd>
                    <del>{words(change.old_label, change.old) || t("value.blank")}</del>
                    <span aria-hidden="true">→</span>
                    <ins>{words(change.new_label, change.new) || t("value.blank")}</ins>
                  </dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ol>
      {query.hasNextPage ? (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("list.more")}
        </Button>
      ) : null}
    </SidePanel>
  );
}

function words(label: string | null, value: unknown): string {
  if (label !== null && label !== undefined) return label;
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
