import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { ConfirmButton } from "@/kit/confirm-button";
import { DateTime } from "@/kit/date-time";
import { SimpleTable } from "@/kit/simple-table";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { StateTag } from "@/kit/tag";
import { useMessage } from "@/kit/use-message";
import styles from "./me.module.css";

type Session = {
  id: string;
  current: boolean;
  agent: string;
  address: string | null;
  seen_at: string;
};

const key = ["me", "sessions"];

/** "Chrome · Windows" out of a user agent. */
export function deviceOf(agent: string): string {
  const browser = /(Edg|Chrome|Firefox|Safari)\//.exec(agent)?.[1]?.replace("Edg", "Edge");
  const system = /(Windows|iPhone|iPad|Android|Mac OS X|Linux)/
    .exec(agent)?.[1]
    ?.replace("Mac OS X", "macOS");
  return [browser, system].filter(Boolean).join(" · ") || agent.slice(0, 60) || "–";
}

export function SessionsCard() {
  const t = useT("me");
  const client = useQueryClient();
  const message = useMessage();
  const sessions = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) =>
      (await api.get<{ items: Session[] }>("/me/sessions", { signal })).data.items,
  });

  async function end(session: Session) {
    try {
      await api.delete(`/me/sessions/${session.id}`);
      message.success(t("sessions.ended"));
    } catch (error) {
      message.error(error);
    }
    await client.invalidateQueries({ queryKey: key });
  }

  async function endOthers() {
    try {
      await api.delete("/me/sessions");
      message.success(t("sessions.endedAll"));
    } catch (error) {
      message.error(error);
    }
    await client.invalidateQueries({ queryKey: key });
  }

  return (
    <Card
      title={t("sessions.title")}
      flush
      extra={
        (sessions.data?.length ?? 0) > 1 ? (
          <ConfirmButton size="small" onConfirm={endOthers}>
            {t("sessions.endAll")}
          </ConfirmButton>
        ) : null
      }
    >
      <p className={styles.lead}>{t("sessions.lead")}</p>
      {sessions.isPending ? <SkeletonRows rows={2} /> : null}
      {sessions.isError ? (
        <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />
      ) : null}
      {sessions.data ? (
        <SimpleTable
          label={t("sessions.title")}
          rows={sessions.data}
          rowKey={(session) => session.id}
          columns={[
            {
              key: "device",
              title: t("sessions.device"),
              cell: (session) => deviceOf(session.agent),
            },
            {
              key: "ip",
              title: "IP",
              cell: (session) => <span className="km-num">{session.address ?? "–"}</span>,
            },
            {
              key: "seen",
              title: t("sessions.seen"),
              cell: (session) => <DateTime value={session.seen_at} kind="smart" />,
            },
            {
              key: "end",
              title: "",
              align: "end",
              cell: (session) =>
                session.current ? (
                  <StateTag tone="accent">{t("sessions.current")}</StateTag>
                ) : (
                  <ConfirmButton size="small" onConfirm={() => end(session)}>
                    {t("sessions.end")}
                  </ConfirmButton>
                ),
            },
          ]}
        />
      ) : null}
    </Card>
  );
}
