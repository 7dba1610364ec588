import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Option } from "@/api/types";

/** The short lists behind reference pickers: `source` is the object whose records are offered. */
export function useOptions(source: string | null, ask: { q?: string; ids?: string }, enabled: boolean) {
  return useQuery({
    queryKey: ["options", source, ask],
    enabled: enabled && source !== null,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const { data } = await api.get<{ items: Option[] }>(`/${source}/options`, {
        query: { ...ask, limit: 20 },
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
