import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";

export type Step = {
  code: string;
  label: string;
  help: string;
  path: string;
  done: boolean;
  /** The records a step asks for are there; nobody had to say so. */
  by_itself: boolean;
  said_by: string | null;
  said_at: string | null;
};
export type Guide = { items: Step[]; done: number; total: number; hidden: boolean };

export const guideQuery = queryOptions({
  queryKey: ["guide"],
  queryFn: async ({ signal }) => (await api.get<Guide>("/admin/guide", { signal })).data,
});

/** Every change answers with the whole guide. */
export function useGuideWrites() {
  const client = useQueryClient();
  const onSuccess = (guide: Guide) => client.setQueryData(guideQuery.queryKey, guide);
  const say = useMutation({
    mutationFn: async ({ code, done }: { code: string; done: boolean }) =>
      (await api.put<Guide>(`/admin/guide/${code}`, { done })).data,
    onSuccess,
  });
  const hide = useMutation({
    mutationFn: async (hidden: boolean) => (await api.put<Guide>("/admin/guide", { hidden })).data,
    onSuccess,
  });
  return { say, hide };
}
