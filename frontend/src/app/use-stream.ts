import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { fetchNotifications, notificationsKey } from "@/access/notifications";
import type { Job, Notification } from "@/api/types";
import { showToast } from "@/kit/toasts";

export const JOB_EVENT = "kemai:job";

/**
 * One event stream per tab. The browser reconnects by itself and sends Last-Event-ID, so nothing is missed;
 * only when the server refuses (signed out, no streams) does it stay closed, and then we try again slowly.
 */
export function useStream(): void {
  const client = useQueryClient();
  useEffect(() => {
    let source: EventSource | null = null;
    let retry = 0;
    const open = () => {
      source = new EventSource("/api/v1/stream");
      source.addEventListener("notification", (event) => {
        const note = parse<Notification>(event.data);
        void client.fetchQuery({
          queryKey: notificationsKey,
          queryFn: () => fetchNotifications(),
          staleTime: 0,
        });
        if (note?.title) showToast({ tone: "info", text: note.title });
      });
      source.addEventListener("job", (event) => {
        const job = parse<Job>(event.data);
        if (!job) return;
        client.setQueryData(["job", job.id], job);
        window.dispatchEvent(new CustomEvent<Job>(JOB_EVENT, { detail: job }));
        if (job.finished_at) void client.invalidateQueries({ queryKey: ["jobs"] });
      });
      source.addEventListener("error", () => {
        if (source?.readyState !== EventSource.CLOSED) return;
        retry = window.setTimeout(open, 30_000);
      });
    };
    // After the first screen: the stream must not compete with what the person waits for.
    const first = window.setTimeout(open, 1500);
    return () => {
      window.clearTimeout(first);
      window.clearTimeout(retry);
      source?.close();
    };
  }, [client]);
}

function parse<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}
