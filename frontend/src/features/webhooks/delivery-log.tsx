import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { Send } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import type { Page } from "@/api/types";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { DateTime, startOfDay } from "@/kit/date-time";
import { SimpleTable } from "@/kit/simple-table";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { StateTag } from "@/kit/tag";
import { useMessage } from "@/kit/use-message";
import { DeliveryPanel } from "./delivery-panel";
import { type Delivery, stateTone, type Webhook, webhooksKey } from "./queries";
import { ReplayRange } from "./replay-range";
import { errorWord } from "./webhook-view";
import styles from "./webhooks.module.css";

type Filters = { state: string; event: string; from: string; to: string };
const NONE: Filters = { state: "", event: "", from: "", to: "" };

export function DeliveryLog({ hook }: { hook: Webhook }) {
  const t = useT("webhooks");
  const common = useT();
  const client = useQueryClient();
  const message = useMessage();
  const [filters, setFilters] = useState(NONE);
  const [open, setOpen] = useState<string | null>(null);
  const log = useInfiniteQuery({
    queryKey: [...webhooksKey, "log", hook.id, filters],
    queryFn: async ({ signal, pageParam }) =>
      (
        await api.get<Page<Delivery>>(`/webhooks/${hook.id}/deliveries`, {
          query: {
            state: filters.state,
            event: filters.event,
            from: filters.from ? startOfDay(filters.from).toISOString() : "",
            to: filters.to ? startOfDay(filters.to).add(1, "day").toISOString() : "",
            cursor: pageParam,
          },
          signal,
        })
      ).data,
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
  const rows = log.data?.pages.flatMap((page) => page.items) ?? [];

  async function replay(body: object) {
    try {
      const { data } = await api.post<{ count: number }>(`/webhooks/${hook.id}/replay`, body);
      message.success(t("replay.done", { count: data.count }));
    } catch (error) {
      message.error(error);
    }
    await client.invalidateQueries({ queryKey: webhooksKey });
  }

  return (
    <Card title={t("log")} extra={<ReplayRange onReplay={replay} />} flush>
      <LogFilters filters={filters} onChange={setFilters} />
      {log.isPending ? <SkeletonRows rows={6} /> : null}
      {log.isError ? <ErrorState error={log.error} onRetry={() => void log.refetch()} /> : null}
      {log.data && rows.length === 0 ? (
        <EmptyState icon={Send} title={t("logEmpty")} text={t("logEmptyText")} />
      ) : null}
      {rows.length > 0 ? (
        <SimpleTable
          label={t("log")}
          rows={rows}
          rowKey={(row) => row.id}
          columns={[
            {
              key: "event",
              title: t("event"),
              cell: (row) => (
                <button type="button" className={styles.open} onClick={() => setOpen(row.id)}>
                  {row.test ? t("test.name") : row.event}
                </button>
              ),
            },
            {
              key: "at",
              title: t("occurred"),
              cell: (row) => <DateTime value={row.occurred_at} kind="instant" />,
            },
            {
              key: "state",
              title: t("state"),
              cell: (row) => (
                <StateTag tone={stateTone[row.state]}>{t(`deliveryState.${row.state}`)}</StateTag>
              ),
            },
            {
              key: "answer",
              title: t("answer"),
              cell: (row) => <span className="km-num">{row.status ?? errorWord(t, row.reason)}</span>,
            },
            {
              key: "ms",
              title: t("took"),
              align: "end",
              phone: "hide",
              cell: (row) => (
                <span className="km-num">{row.milliseconds === null ? "" : `${row.milliseconds} ms`}</span>
              ),
            },
            {
              key: "tries",
              title: t("tries"),
              align: "end",
              cell: (row) => <span className="km-num">{row.attempts}</span>,
            },
            {
              key: "again",
              title: "",
              align: "end",
              cell: (row) =>
                row.state === "waiting" || row.test ? null : (
                  <Button size="small" onClick={() => void replay({ ids: [row.id] })}>
                    {t("replay.one")}
                  </Button>
                ),
            },
          ]}
        />
      ) : null}
      {log.hasNextPage ? (
        <div className={styles.more}>
          <Button loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            {common("loadMore")}
          </Button>
        </div>
      ) : null}
      {open ? <DeliveryPanel id={open} onClose={() => setOpen(null)} /> : null}
    </Card>
  );
}

function LogFilters({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const t = useT("webhooks");
  return (
    <div className={styles.filters}>
      <select
        aria-label={t("state")}
        value={filters.state}
        onChange={(event) => onChange({ ...filters, state: event.target.value })}
      >
        <option value="">{t("anyState")}</option>
        {(["waiting", "done", "failed", "skipped"] as const).map((state) => (
          <option key={state} value={state}>
            {t(`deliveryState.${state}`)}
          </option>
        ))}
      </select>
      <label>
        {t("from")}
        <input
          type="date"
          value={filters.from}
          onChange={(event) => onChange({ ...filters, from: event.target.value })}
        />
      </label>
      <label>
        {t("to")}
        <input
          type="date"
          value={filters.to}
          onChange={(event) => onChange({ ...filters, to: event.target.value })}
        />
      </label>
      <input
        type="search"
        aria-label={t("event")}
        placeholder="customers.changed"
        value={filters.event}
        onChange={(event) => onChange({ ...filters, event: event.target.value.trim() })}
      />
    </div>
  );
}
