import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Counter, ListPage, Option, Ref } from "@/api/types";

export type FunnelStep = { key: string; label: string; count: number; sum: string; path: string | null };
export type TrendMonth = {
  month: string;
  won_sum: string;
  won_count: number;
  new_customers: number;
  interactions: number;
  target?: string | null;
  path: string | null;
};
export type RankRow = {
  user: Ref;
  won_sum: string;
  won_count: number;
  interactions: number;
  new_customers: number;
  path: string | null;
};
export type Manager = { funnel: FunnelStep[]; trend: TrendMonth[]; ranking: RankRow[]; totals: Counter[] };

export function managerQuery(month: string, department: string | undefined) {
  return queryOptions({
    queryKey: ["manager", month, department ?? ""],
    queryFn: async ({ signal }) =>
      (await api.get<Manager>("/manager", { query: { month, department }, signal })).data,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

export const departmentOptions = queryOptions({
  queryKey: ["options", "departments", "all"],
  queryFn: async ({ signal }) =>
    (
      await api.get<Pick<ListPage<Option>, "items">>("/departments/options", {
        query: { limit: 100 },
        signal,
      })
    ).data.items,
  staleTime: 5 * 60_000,
});
