import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, isWaiting, newIdempotencyKey } from "@/api/client";
import type { Counter, Detail, Id, Ref } from "@/api/types";
import { useT } from "@/i18n/index";
import { useMessage } from "@/kit/use-message";

/** A customer to contact, with the fields the page needs; a field the person may not see is absent. */
export type ContactItem = {
  id: Id;
  name: string;
  phone?: string | null;
  last_contact_at?: string | null;
  next_contact_at?: string | null;
};
export type TaskItem = {
  id: Id;
  version: number;
  title: string;
  due_at: string | null;
  related?: Ref | null;
  /** Ticked off on this page, before the list is asked again. */
  done?: boolean;
};
export type RecentItem = {
  object: string;
  id: Id;
  label: string;
  object_label?: string | null;
  path: string;
};
export type Home = {
  greeting: string;
  counters: Counter[];
  today: { contacts: ContactItem[]; tasks: TaskItem[] };
  recent: RecentItem[];
};

export const homeQuery = queryOptions({
  queryKey: ["home"],
  queryFn: async ({ signal }) => (await api.get<Home>("/home", { signal })).data,
  staleTime: 30_000,
  refetchInterval: 60_000,
});

/** Ticks a task off at once on screen; what the server refuses comes back with its reason. */
export function useCompleteTask() {
  const t = useT("home");
  const client = useQueryClient();
  const message = useMessage();
  const mark = (id: Id, done: boolean) =>
    client.setQueryData(homeQuery.queryKey, (home) =>
      home
        ? {
            ...home,
            today: {
              ...home.today,
              tasks: home.today.tasks.map((task) => (task.id === id ? { ...task, done } : task)),
            },
          }
        : home,
    );
  return useMutation({
    mutationFn: (task: TaskItem) =>
      api.post<Detail & { undo?: string }>(
        `/tasks/${task.id}/complete`,
        {},
        { idempotencyKey: newIdempotencyKey() },
      ),
    onMutate: (task) => mark(task.id, true),
    onError: (error, task) => {
      if (!isWaiting(error)) mark(task.id, false);
      message.error(error);
    },
    onSuccess: ({ data }, task) => {
      if (data?.undo) message.undo(t("taskDone", { title: task.title }), data.undo);
      else message.success(t("taskDone", { title: task.title }));
    },
  });
}
