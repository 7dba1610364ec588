import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";

export type Match = {
  rule: string;
  label: string;
  holder: string;
  record: { id: string; label: string } | null;
  score?: number;
  reasons?: string[];
};
export type Matches = { customers: Match[]; contacts: Match[] };

/** Who a lead may be already: customers and contacts, as far as one may see them. */
export function matchesQuery(id: string, version: unknown) {
  return queryOptions({
    queryKey: ["lead-matches", id, version],
    queryFn: async ({ signal }) => (await api.get<Matches>(`/leads/${id}/matches`, { signal })).data,
    staleTime: 60_000,
  });
}
