/** Reading records. Lists grow page by page along the server's cursor; counting is asked for only when wanted. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { ListPage } from "@/api/types";
import type { RecordData } from "../model/meta";
import { keys } from "./keys";

export const PAGE_SIZE = 50;

export type RecordPage = ListPage<RecordData>;

export function useRecordList(
  object: string,
  query: Record<string, string>,
  enabled = true,
  limit = PAGE_SIZE,
) {
  return useInfiniteQuery({
    queryKey: keys.list(object, query),
    enabled,
    initialPageParam: null as string | null,
    getNextPageParam: (page: RecordPage) => page.next_cursor,
    // Coming back from a record must find the list as it was: a refetch of many pages would move it under the reader.
    refetchOnWindowFocus: false,
    queryFn: async ({ pageParam, signal }) => {
      const { data } = await api.get<RecordPage>(`/${object}`, {
        query: { ...query, limit, cursor: pageParam },
        signal,
      });
      return data;
    },
  });
}

export type Total = { total: number; exact: boolean };

/** Counting a million rows costs more than showing fifty: only after somebody asked. */
export function totalQuery(object: string, query: Record<string, string>) {
  const { fields: _fields, sort: _sort, ...asked } = query;
  return {
    queryKey: keys.total(object, asked),
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Total | null> => {
      const { data } = await api.get<RecordPage>(`/${object}`, {
        query: { ...asked, limit: 1, with_total: "true" },
        signal,
      });
      return data.total === null ? null : { total: data.total, exact: data.total_is_exact };
    },
  };
}

export function useTotal(object: string, query: Record<string, string>, enabled: boolean) {
  return useQuery({ ...totalQuery(object, query), enabled });
}

export type Loaded = { record: RecordData; etag: string };

/** Lists carry the version only; it is what the ETag of the record says in quotes. */
export function etagOf(record: RecordData): string {
  return `"${record.version}"`;
}

/** A record in the bin is asked for as such: elsewhere it is gone. */
export function recordQuery(object: string, id: string, deleted = false) {
  return {
    queryKey: keys.one(object, id),
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Loaded> => {
      const { data, headers } = await api.get<RecordData>(`/${object}/${id}`, {
        signal,
        query: deleted ? { deleted: true } : {},
      });
      return { record: data, etag: headers.get("ETag") ?? etagOf(data) };
    },
  };
}

export function useRecord(object: string, id: string | null, deleted = false) {
  return useQuery({ ...recordQuery(object, id ?? "", deleted), enabled: id !== null });
}
