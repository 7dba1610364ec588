import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { BellOff } from "lucide-react";
import { fetchNotifications, notificationsKey } from "@/access/notifications";
import { api } from "@/api/client";
import type { Notification } from "@/api/types";
import { useT } from "@/i18n/index";
import { DateTime, localTime } from "@/kit/date-time";
import { SidePanelDrawer } from "@/kit/side-panel-drawer";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useGo } from "@/kit/use-go";
import { useMessage } from "@/kit/use-message";
import styles from "./notification-panel.module.css";

type Group = { key: "today" | "week" | "earlier"; items: Notification[] };

export function groupByAge(items: Notification[], now = localTime()): Group[] {
  const groups: Group[] = [
    { key: "today", items: [] },
    { key: "week", items: [] },
    { key: "earlier", items: [] },
  ];
  for (const item of items) {
    const at = localTime(item.at);
    const place = at.isSame(now, "day") ? 0 : now.diff(at, "day") < 7 ? 1 : 2;
    groups[place]?.items.push(item);
  }
  return groups.filter((group) => group.items.length > 0);
}

export function NotificationPanel({ onClose }: { onClose: () => void }) {
  const t = useT("notifications");
  const go = useGo();
  const message = useMessage();
  const client = useQueryClient();
  const list = useQuery({
    queryKey: notificationsKey,
    queryFn: ({ signal }) => fetchNotifications(signal),
    staleTime: 0,
  });
  const read = useMutation({
    mutationFn: (body: { ids: string[] } | { all: true }) => api.post("/notifications/read", body),
    onError: message.error,
    onSettled: () => client.invalidateQueries({ queryKey: notificationsKey }),
  });

  function open(item: Notification) {
    if (!item.read) read.mutate({ ids: [item.id] });
    if (!item.path) return;
    onClose();
    go(item.path);
  }

  const items = list.data?.items ?? [];
  return (
    <SidePanelDrawer
      open
      width={420}
      onClose={onClose}
      title={t("title")}
      extra={
        list.data?.unread ? (
          <Button
            type="text"
            size="small"
            loading={read.isPending}
            onClick={() => read.mutate({ all: true })}
          >
            {t("readAll")}
          </Button>
        ) : null
      }
    >
      {list.isPending ? <SkeletonRows rows={5} /> : null}
      {list.isError ? <ErrorState error={list.error} onRetry={() => void list.refetch()} /> : null}
      {list.isSuccess && items.length === 0 ? (
        <EmptyState icon={BellOff} title={t("empty")} text={t("emptyText")} />
      ) : null}
      {groupByAge(items).map((group) => (
        <section key={group.key} className={styles.group}>
          <h3 className={styles.heading}>{t(group.key)}</h3>
          <ul>
            {group.items.map((item) => (
              <li key={item.id}>
                <button type="button" className={styles.item} onClick={() => open(item)}>
                  <span className={item.read ? styles.read : styles.unread}>
                    {item.read ? null : <span className="km-hidden">{t("unread")}</span>}
                  </span>
                  <span className={styles.words}>
                    <span className={item.read ? styles.seen : styles.title}>{item.title}</span>
                    {item.text ? <span className={styles.text}>{item.text}</span> : null}
                  </span>
                  <span className={styles.at}>
                    <DateTime value={item.at} kind="smart" />
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </SidePanelDrawer>
  );
}
