import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { sendKept } from "@/api/client";
import { sendWaiting, type WaitingWrite, waitingWrites, watchOutbox } from "@/api/outbox";
import { useT } from "@/i18n/index";
import { showToast } from "./toasts";

export function useWaiting(): WaitingWrite[] {
  return useSyncExternalStore(watchOutbox, waitingWrites);
}

export function useOnline(): boolean {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener("online", listener);
      window.addEventListener("offline", listener);
      return () => {
        window.removeEventListener("online", listener);
        window.removeEventListener("offline", listener);
      };
    },
    () => navigator.onLine,
  );
}

async function flush(client: QueryClient): Promise<number> {
  if (!waitingWrites().some((write) => !write.refused)) return 0;
  const done = await sendWaiting(sendKept);
  if (done > 0) await client.invalidateQueries();
  return done;
}

/** Send what waits; says so when something was sent. */
export function useFlush(): () => void {
  const t = useT();
  const client = useQueryClient();
  return () =>
    void flush(client).then((count) => {
      if (count > 0) showToast({ tone: "good", text: t("offline.sent", { count }) });
    });
}
