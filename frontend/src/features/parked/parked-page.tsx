import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { CircleCheck } from "lucide-react";
import { api } from "@/api/client";
import type { Page } from "@/api/types";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { ConfirmButton } from "@/kit/confirm-button";
import { DateTime } from "@/kit/date-time";
import { PageHeader } from "@/kit/page-header";
import { SimpleTable } from "@/kit/simple-table";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import styles from "./parked.module.css";

type Parked = {
  id: string;
  label: string;
  task: string;
  about: string | null;
  job: string | null;
  scheduled: boolean;
  /** Whether it can be done again: a person's job that erred has ended for him. */
  again: boolean;
  tries: number;
  reason: string;
  reason_label: string;
  detail: string;
  parked_at: string;
};
const parkedKey = ["parked-jobs"];

/** Background work that was tried in vain: what, why, and what to do about it. */
export function ParkedPage() {
  const t = useT("parked");
  const client = useQueryClient();
  const message = useMessage();
  const found = useInfiniteQuery({
    queryKey: parkedKey,
    queryFn: async ({ signal, pageParam }) =>
      (
        await api.get<Page<Parked>>("/admin/parked-jobs", {
          query: { cursor: pageParam },
          signal,
        })
      ).data,
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: 15_000,
  });
  const rows = found.data?.pages.flatMap((page) => page.items) ?? [];

  async function deal(verb: "replay" | "discard", ids: string[] | null) {
    try {
      const { data } = await api.post<{ count: number }>(`/admin/parked-jobs/${verb}`, { ids });
      message.success(t(verb === "replay" ? "replayed" : "discarded", { count: data.count }));
    } catch (error) {
      message.error(error);
    }
    await client.invalidateQueries({ queryKey: parkedKey });
  }

  return (
    <>
      <PageHeader
        title={t("title")}
        sub={t("sub")}
        actions={
          rows.filter((row) => row.again).length > 1 ? (
            <Button onClick={() => void deal("replay", null)}>{t("replayAll")}</Button>
          ) : null
        }
      />
      <Card flush>
        {found.isPending ? <SkeletonRows rows={5} /> : null}
        {found.isError ? <ErrorState error={found.error} onRetry={() => void found.refetch()} /> : null}
        {found.data && rows.length === 0 ? (
          <EmptyState icon={CircleCheck} title={t("empty")} text={t("emptyText")} />
        ) : null}
        {rows.length > 0 ? <ParkedTable rows={rows} onDeal={(verb, row) => deal(verb, [row.id])} /> : null}
        {found.hasNextPage ? (
          <div className={styles.more}>
            <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
              {t("more")}
            </Button>
          </div>
        ) : null}
      </Card>
    </>
  );
}

type TableProps = { rows: Parked[]; onDeal: (verb: "replay" | "discard", row: Parked) => Promise<void> };

function ParkedTable({ rows, onDeal }: TableProps) {
  const t = useT("parked");
  return (
    <SimpleTable
      label={t("title")}
      rows={rows}
      rowKey={(row) => row.id}
      columns={[
        {
          key: "what",
          title: t("what"),
          cell: (row) => (
            <span className={styles.what}>
              {row.label}
              <small>{about(row, t)}</small>
            </span>
          ),
        },
        {
          key: "reason",
          title: t("reason"),
          cell: (row) => (
            <span className={styles.what}>
              {row.reason_label}
              {row.detail ? (
                <small>
                  <code>{row.detail}</code>
                </small>
              ) : null}
            </span>
          ),
        },
        {
          key: "tries",
          title: t("tries"),
          align: "end",
          cell: (row) => <span className="km-num">{row.tries}</span>,
        },
        {
          key: "at",
          title: t("at"),
          width: 120,
          cell: (row) => <DateTime value={row.parked_at} kind="smart" />,
        },
        {
          key: "verbs",
          title: "",
          width: 190,
          align: "end",
          cell: (row) => (
            <span className={styles.verbs}>
              {row.again ? (
                <Button size="small" onClick={() => void onDeal("replay", row)}>
                  {t("replay")}
                </Button>
              ) : null}
              <ConfirmButton size="small" question={t("discardAsk")} onConfirm={() => onDeal("discard", row)}>
                {t("discard")}
              </ConfirmButton>
            </span>
          ),
        },
      ]}
    />
  );
}

/** A person's job by the number he was given, the schedule's as such, an event by who listens to it. */
function about(row: Parked, t: ReturnType<typeof useT>): string {
  if (row.job) return t("number", { number: row.job.slice(0, 8) });
  if (row.scheduled) return t("scheduled");
  return row.about ?? row.task;
}
