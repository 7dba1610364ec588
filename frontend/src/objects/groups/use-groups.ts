import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { AggregateAnswer, AggregateRequest } from "@/api/types";
import { keys } from "../data/keys";

/** More groups than this are better found by a filter; the table says that there are more. */
const LIMIT = 100;

/** The groups of one level with their figures. */
export function useGroups(object: string, ask: Omit<AggregateRequest, "limit">, enabled = true) {
  return useQuery({
    queryKey: keys.groups(object, ask),
    enabled,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const body = { ...ask, limit: LIMIT };
      const { data } = await api.post<AggregateAnswer>(`/${object}/aggregate`, body, { signal });
      return data;
    },
  });
}
