import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { MailCheck } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import type { Page } from "@/api/types";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { DateTime } from "@/kit/date-time";
import { Pills } from "@/kit/pills";
import { SimpleTable } from "@/kit/simple-table";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { StateTag } from "@/kit/tag";
import { useMessage } from "@/kit/use-message";
import styles from "./mail.module.css";
import { type Letter, type LetterState, mailKey, stateTone } from "./queries";

const STATES: ("" | LetterState)[] = ["", "waiting", "failed", "sent", "skipped"];

/** Every letter, to whom and what became of it; what was given up can be sent again. */
export function LetterLog({ failed }: { failed: number }) {
  const t = useT("mail");
  const client = useQueryClient();
  const message = useMessage();
  const [state, setState] = useState<"" | LetterState>("");
  const log = useInfiniteQuery({
    queryKey: [...mailKey, "letters", state],
    queryFn: async ({ signal, pageParam }) =>
      (
        await api.get<Page<Letter>>("/admin/mail/letters", {
          query: { state, cursor: pageParam },
          signal,
        })
      ).data,
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
  const rows = log.data?.pages.flatMap((page) => page.items) ?? [];

  async function again(ids: string[] | null) {
    try {
      const { data } = await api.post<{ count: number }>("/admin/mail/replay", { ids });
      message.success(t("replayed", { count: data.count }));
    } catch (error) {
      message.error(error);
    }
    await client.invalidateQueries({ queryKey: mailKey });
  }

  const replayAll =
    failed > 0 ? <Button onClick={() => void again(null)}>{t("replayAll", { count: failed })}</Button> : null;
  return (
    <Card title={t("log")} extra={replayAll} flush>
      <div className={styles.filters}>
        <Pills
          label={t("state")}
          value={state}
          onChoose={setState}
          options={STATES.map((value) => ({ value, label: t(`letterState.${value || "any"}`) }))}
        />
      </div>
      {log.isPending ? <SkeletonRows rows={5} /> : null}
      {log.isError ? <ErrorState error={log.error} onRetry={() => void log.refetch()} /> : null}
      {log.data && rows.length === 0 ? (
        <EmptyState icon={MailCheck} title={t("logEmpty")} text={t("logEmptyText")} />
      ) : null}
      {rows.length > 0 ? <Letters rows={rows} onAgain={(id) => void again([id])} /> : null}
      {log.hasNextPage ? (
        <div className={styles.more}>
          <Button loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            {t("more")}
          </Button>
        </div>
      ) : null}
    </Card>
  );
}

function Letters({ rows, onAgain }: { rows: Letter[]; onAgain: (id: string) => void }) {
  const t = useT("mail");
  return (
    <SimpleTable
      label={t("log")}
      rows={rows}
      rowKey={(row) => row.id}
      columns={[
        {
          key: "to",
          title: t("to"),
          cell: (row) => (
            <span className={styles.to}>
              {row.user.label ?? "–"}
              <small>{row.address || "–"}</small>
            </span>
          ),
        },
        { key: "purpose", title: t("purpose"), cell: (row) => t(`letterPurpose.${row.purpose}`) },
        { key: "at", title: t("at"), cell: (row) => <DateTime value={row.created_at} kind="smart" /> },
        {
          key: "state",
          title: t("state"),
          cell: (row) => <StateTag tone={stateTone[row.state]}>{t(`letterState.${row.state}`)}</StateTag>,
        },
        {
          key: "reason",
          title: t("reason"),
          cell: (row) => (
            <span className={styles.to}>
              {row.reason_label || (row.state === "waiting" ? "" : "–")}
              {row.next_at ? (
                <small>
                  {t("next")} <DateTime value={row.next_at} kind="smart" />
                </small>
              ) : null}
              {row.state === "failed" && row.answer ? <small>{row.answer}</small> : null}
            </span>
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
            row.state === "failed" && row.purpose !== "test" ? (
              <Button size="small" onClick={() => onAgain(row.id)}>
                {t("replay")}
              </Button>
            ) : null,
        },
      ]}
    />
  );
}
