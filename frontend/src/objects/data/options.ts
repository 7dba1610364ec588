import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Option } from "@/api/types";
import type { Filter } from "../model/filter";

type Ask = { q?: string; ids?: string; filter?: Filter | null };

/** The short lists behind reference pickers: `source` is the object whose records are offered. */
export function useOptions(source: string | null, ask: Ask, enabled: boolean) {
  return useQuery({
    queryKey: ["options", source, ask],
    enabled: enabled && source !== null,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const { data } = await api.get<{ items: Option[] }>(`/${source}/options`, {
        query: { ...ask, filter: ask.filter ? JSON.stringify(ask.filter) : undefined, limit: 20 },
        signal,
      });
      return data.items;
    },
  });
}

/** Names for bare ids, as filters hold them. */
export function useLabels(source: string | null, ids: string[]): Record<string, string> {
  const asked = ids.filter((id) => id !== "me");
  const { data } = useOptions(source, { ids: asked.join(",") }, asked.length > 0);
  return Object.fromEntries((data ?? []).map((option) => [option.id, option.label]));
}
