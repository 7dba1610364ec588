import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Me, Notification } from "@/api/types";

export const notificationsKey = ["notifications"] as const;

export type NotificationList = { items: Notification[]; unread: number };

export async function fetchNotifications(signal?: AbortSignal): Promise<NotificationList> {
  return (await api.get<NotificationList>("/notifications", signal ? { signal } : {})).data;
}

/** Until the list is first wanted, the number that came with the person is good enough. */
export function useUnread(me: Me): number {
  const { data } = useQuery({
    queryKey: notificationsKey,
    queryFn: ({ signal }) => fetchNotifications(signal),
    enabled: false,
  });
  return data?.unread ?? me.counters.notifications ?? 0;
}
