import { useEffect } from "react";
import { openOutbox, setWaitingRules } from "@/api/outbox";
import { useFlush } from "@/kit/use-waiting";
import { WAITING_RULES } from "./outbox-rules";

const TRY_AGAIN_MS = 30_000;

/** What this person wrote without a network is sent as soon as there is one again: at once, on coming back, else every half minute. */
export function useOutbox(person: string): void {
  const send = useFlush();
  // Before the first write can fail, not after the first paint.
  openOutbox(person);
  setWaitingRules(WAITING_RULES);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same in every render
  useEffect(() => {
    send();
    const seen = () => {
      if (document.visibilityState === "visible") send();
    };
    window.addEventListener("online", send);
    document.addEventListener("visibilitychange", seen);
    const timer = window.setInterval(send, TRY_AGAIN_MS);
    return () => {
      window.removeEventListener("online", send);
      document.removeEventListener("visibilitychange", seen);
      window.clearInterval(timer);
    };
  }, [person]);
}
