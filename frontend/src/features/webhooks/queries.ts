import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Ref, Tone } from "@/api/types";
import type { Filter } from "@/objects/model/filter";

export type Subscription = { object: string; events: string[]; filter: Filter | null };
export type Webhook = {
  id: string;
  version: number;
  name: string;
  url: string;
  owner: Ref;
  mine: boolean;
  state: "active" | "paused";
  pause_reason: "" | "person" | "dead" | "owner_gone";
  subscriptions: Subscription[];
  old_secret_until: string | null;
  created_at: string;
  health: {
    failures: number;
    failing_since: string | null;
    next_try_at: string | null;
    last_ok_at: string | null;
    last_error: string;
    waiting: number;
    oldest_waiting_at: string | null;
    done_today: number;
    failed_today: number;
  };
};
export type EventKind = { object: string; label: string; events: { key: string; label: string }[] };
export type DeliveryState = "waiting" | "done" | "failed" | "skipped";
export type Delivery = {
  id: string;
  event: string;
  object: string;
  record_id: string | null;
  test: boolean;
  state: DeliveryState;
  reason: string;
  status: number | null;
  milliseconds: number | null;
  attempts: number;
  occurred_at: string;
  next_at: string | null;
  finished_at: string | null;
};
export type Try = { at: string; status: number | null; milliseconds: number; error: string };
export type DeliveryDetail = Delivery & { tries: Try[]; withheld: boolean; body: string; answer: string };

export const webhooksKey = ["webhooks"];

export const webhooksQuery = queryOptions({
  queryKey: [...webhooksKey, "list"],
  queryFn: async ({ signal }) => (await api.get<{ items: Webhook[] }>("/webhooks", { signal })).data.items,
  refetchInterval: 15_000,
});

export const eventsQuery = queryOptions({
  queryKey: [...webhooksKey, "events"],
  queryFn: async ({ signal }) =>
    (await api.get<{ items: EventKind[] }>("/webhooks/events", { signal })).data.items,
  staleTime: 5 * 60_000,
});

/** How a receiver fares, in one word. */
export function healthOf(hook: Webhook): { key: string; tone: Tone } {
  if (hook.state === "paused") return { key: hook.pause_reason || "person", tone: "warn" };
  if (hook.health.failures > 0) return { key: "failing", tone: "bad" };
  return hook.health.last_ok_at ? { key: "well", tone: "good" } : { key: "untried", tone: "neutral" };
}

export const stateTone: Record<DeliveryState, Tone> = {
  waiting: "neutral",
  done: "good",
  failed: "bad",
  skipped: "neutral",
};
