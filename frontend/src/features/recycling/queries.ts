import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { FilterNode, Ref } from "@/api/types";

export type Rule = {
  /** Empty for one not saved yet. */
  id: string;
  name: string;
  active: boolean;
  reason: string;
  days: number;
  working_days: boolean;
  condition: FilterNode | null;
  pool: Ref | null;
  warn_days: number;
  spared_by: string[];
};
type Fact = { code: string; label: string };
export type Rules = {
  object: string;
  kinds: { object: string; label: string }[];
  version: number;
  items: Rule[];
  reasons: Fact[];
  spares: Fact[];
};
export type Preview = {
  today: string;
  now: number;
  owned: number;
  protected: number;
  allowed: number;
  percent: number;
  clock: { reason: string; seconds: number } | null;
  days: { day: string; count: number }[];
  rules: Record<string, number>;
  counting: boolean;
};
export type Run = {
  id: string;
  object: string;
  label: string;
  day: string;
  kind: "nightly" | "manual";
  state: "running" | "done" | "stopped" | "dismissed" | "failed";
  stopped_by: "" | "clock" | "share";
  facts: { allowed?: number; percent?: number; reason?: string; seconds?: number };
  due: number;
  owned: number;
  recycled: number;
  actor: string | null;
  decided_by: string | null;
  started_at: string;
  finished_at: string | null;
  operation: string | null;
};

export function rulesQuery(object: string) {
  return queryOptions({
    queryKey: ["recycling", "rules", object],
    queryFn: async ({ signal }) =>
      (await api.get<Rules>("/recycling/rules", { query: { object }, signal })).data,
  });
}
export function previewQuery(object: string) {
  return queryOptions({
    queryKey: ["recycling", "preview", object],
    queryFn: async ({ signal }) =>
      (await api.get<Preview>("/recycling/preview", { query: { object }, signal })).data,
    refetchInterval: (query) => (query.state.data?.counting ? 2_000 : false),
  });
}
export const runsQuery = queryOptions({
  queryKey: ["recycling", "runs"],
  queryFn: async ({ signal }) => (await api.get<{ items: Run[] }>("/recycling/runs", { signal })).data.items,
});

export function newRule(reason: string): Rule {
  return {
    id: "",
    name: "",
    active: true,
    reason,
    days: 30,
    working_days: false,
    condition: null,
    pool: null,
    warn_days: 7,
    spared_by: [],
  };
}

export function moved<T>(items: T[], from: number, to: number): T[] {
  const next = items.slice();
  const [one] = next.splice(from, 1);
  if (one !== undefined) next.splice(to, 0, one);
  return next;
}

/** The wrong values of one rule, by field: the server names them `items.2.days`. */
export function errorsOf(errors: { field: string | null; message: string }[], index: number) {
  const found: Record<string, string> = {};
  for (const error of errors) {
    const [list, at, ...rest] = (error.field ?? "").split(".");
    if (list === "items" && Number(at) === index) found[rest.join(".")] = error.message;
  }
  return found;
}
