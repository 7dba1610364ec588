/** Segments: read and written here; their members are an ordinary list filtered by `in_segment`. */
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/api/client";
import type { FilterNode, Job, Page, Segment, SegmentChange, SegmentDetail, ViewShare } from "@/api/types";
import type { Target } from "./jobs";
import { keys } from "./keys";

export type SegmentValues = {
  name: string;
  description: string;
  filter?: FilterNode | null;
  shared: ViewShare | null;
};
export type MembersChanged = { changed: number; already: number; missing: number };

/** One's own and those shared with one; of one kind of record, or all of them. */
export function useSegments(object: string, enabled = true) {
  return useQuery({
    queryKey: keys.segments(object),
    enabled,
    staleTime: 60_000,
    queryFn: async ({ signal }) =>
      (await api.get<{ items: Segment[] }>("/segments", { query: object ? { object } : {}, signal })).data
        .items,
  });
}

export function useSegment(id: string) {
  return useQuery({
    queryKey: ["segments", "one", id],
    queryFn: async ({ signal }) => (await api.get<SegmentDetail>(`/segments/${id}`, { signal })).data,
  });
}

export function useSegmentChanges(id: string) {
  return useInfiniteQuery({
    queryKey: ["segments", "one", id, "changes"],
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page<SegmentChange>) => page.next_cursor,
    queryFn: async ({ pageParam, signal }) =>
      (
        await api.get<Page<SegmentChange>>(`/segments/${id}/changes`, {
          query: pageParam ? { cursor: pageParam } : {},
          signal,
        })
      ).data,
  });
}

type NewSegment = SegmentValues & { object: string; kind: Segment["kind"]; ids?: string[] };

export function useSegmentWrites() {
  const client = useQueryClient();
  return useMemo(() => {
    const refresh = () => client.invalidateQueries({ queryKey: ["segments"] });
    return {
      refresh,
      create: async (values: NewSegment): Promise<SegmentDetail> => {
        const { data } = await api.post<SegmentDetail>("/segments", values);
        await refresh();
        return data;
      },
      change: async (segment: Segment, values: Partial<SegmentValues>): Promise<SegmentDetail> => {
        const headers = { "If-Match": `"${segment.version}"` };
        const { data } = await api.patch<SegmentDetail>(`/segments/${segment.id}`, values, { headers });
        await refresh();
        return data;
      },
      remove: async (id: string): Promise<void> => {
        await api.delete(`/segments/${id}`);
        await refresh();
      },
      count: async (id: string): Promise<Job> => (await api.post<Job>(`/segments/${id}/count`)).data,
      /** Members change what every list filtered by the segment shows. */
      members: async (id: string, way: "add" | "remove", target: Target): Promise<MembersChanged> => {
        const path = way === "add" ? `/segments/${id}/members` : `/segments/${id}/members/remove`;
        const { data } = await api.post<MembersChanged>(path, target);
        await refresh();
        await client.invalidateQueries({ queryKey: ["records"] });
        return data;
      },
    };
  }, [client]);
}
