import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Counter, Ref } from "@/api/types";

export type FunnelStep = {
  key: string;
  label: string;
  count: number;
  sum: string;
  path: string | null;
  kind: "open" | "won" | "lost";
};
/** Addresses of the records behind the other figures of a row. */
type Paths = { interactions?: string; new_customers?: string };
export type TrendMonth = {
  paths?: Paths;
  month: string;
  won_sum: string;
  won_count: number;
  new_customers: number;
  interactions: number;
  target?: string | null;
  path: string | null;
};
export type RankRow = {
  paths?: Paths;
  user: Ref;
  won_sum: string;
  won_count: number;
  interactions: number;
  new_customers: number;
  path: string | null;
};
export type Manager = {
  departments: { id: string; label: string; parent: string | null }[];
  funnel: FunnelStep[];
  trend: TrendMonth[];
  ranking: RankRow[];
  totals: Counter[];
};

export function managerQuery(month: string, department: string | undefined) {
  return queryOptions({
    queryKey: ["manager", month, department ?? ""],
    queryFn: async ({ signal }) =>
      (await api.get<Manager>("/manager", { query: { month, department }, signal })).data,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

/** Where a figure leads: won sums and counts share the list of won deals. */
export function pathOf(row: { path: string | null; paths?: Paths }, measure: string): string | null {
  if (measure === "interactions" || measure === "new_customers") return row.paths?.[measure] ?? null;
  return row.path;
}
