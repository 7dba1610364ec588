import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { ObjectMeta } from "../model/meta";
import { keys } from "./keys";

async function fetchMeta(object: string, signal?: AbortSignal): Promise<ObjectMeta> {
  const { data } = await api.get<ObjectMeta>(`/meta/objects/${object}`, signal ? { signal } : {});
  return data;
}

export function metaQuery(object: string) {
  return {
    queryKey: keys.meta(object),
    // Changes with a deployment or a new custom field; the browser asks again with the ETag, which costs nothing.
    staleTime: 5 * 60_000,
    queryFn: ({ signal }: { signal: AbortSignal }) => fetchMeta(object, signal),
  };
}

export function useMeta(object: string | null) {
  return useQuery({ ...metaQuery(object ?? ""), enabled: object !== null });
}
