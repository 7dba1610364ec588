import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Ref } from "@/api/types";
import type { Pooled } from "./pooled";

export type MyPool = {
  id: string;
  label: string;
  description: string;
  count: number;
  hold_limit: number | null;
  daily_claims: number | null;
  claims_left: number | null;
  views_left: number | null;
  reclaim_days: number;
  gives_out: boolean;
  manages: boolean;
};
export type MyPools = {
  held: number;
  claimed_today: number;
  viewed_today: number;
  may_claim: boolean;
  items: MyPool[];
};

/** Every kind's figures together, to be asked for anew. */
export const MY_POOLS = ["my-pools"] as const;

export function myPoolsQuery(object: Pooled) {
  return queryOptions({
    queryKey: [...MY_POOLS, object],
    queryFn: async ({ signal }) => (await api.get<MyPools>("/my-pools", { query: { object }, signal })).data,
  });
}

export type Area = { regions: string[]; industries: string[] };
export type Person = {
  user: Ref;
  department: string;
  held: number;
  limit: number | null;
  room: number | null;
  claimed_today: number;
  open: number;
  won: number;
  lost: number;
  win_rate: number | null;
  areas: Area[];
};
export type Board = {
  pool: Ref;
  total: number;
  regions: { value: string; count: number }[];
  industries: { value: string; label: string; count: number }[];
  methods: { code: string; label: string }[];
  people: Person[];
};
export type Planned = Person & { records: Ref[]; after: number };
export type Plan = { lines: Planned[]; left: Ref[]; gone: number };

export function boardQuery(id: string, object: Pooled) {
  return queryOptions({
    queryKey: ["distribution", id, object],
    queryFn: async ({ signal }) =>
      (await api.get<Board>(`/pools/${id}/distribution`, { query: { object }, signal })).data,
  });
}

/** What lies in one pool, as a list of the generic kind is asked for. */
export function poolFilter(id: string, area: { region?: string | undefined; industry?: string | undefined }) {
  const leaves = [{ field: "pool", op: "eq", value: id }];
  if (area.region !== undefined) leaves.push({ field: "region", op: "eq", value: area.region });
  if (area.industry !== undefined) leaves.push({ field: "industry", op: "eq", value: area.industry });
  return JSON.stringify({ and: leaves });
}
