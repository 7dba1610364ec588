import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, isWaiting, newIdempotencyKey } from "@/api/client";
import type { Counter, Detail, Id, Ref } from "@/api/types";
import type { Worklist } from "@/features/worklist/public";
import { useT } from "@/i18n/index";
import { useMessage } from "@/kit/use-message";
import type { Place } from "./arranging";

export type TaskItem = {
  id: Id;
  version: number;
  title: string;
  due_at: string | null;
  related?: Ref | null;
  /** Ticked off on this page, before the list is asked again. */
  done?: boolean;
};
/** A record in one line, whatever kind it is; what the person may not see is absent. */
export type Row = {
  id: Id;
  object: string;
  label: string | null;
  path: string;
  sub: string;
  at?: string | null;
  amount?: string | null;
  currency?: string | null;
  note?: string | number | null;
};
export type Bar = { label: string; count: number; amount: string; path: string };

type CardOf<Shape extends string, Data> = {
  code: string;
  label: string;
  shape: Shape;
  place: Place;
  path: string | null;
  /** What to say when there is nothing in it. */
  empty: string;
  /** Null when it could not be read; `problem` then says why. */
  data: Data | null;
  problem: string | null;
};
export type TasksCard = CardOf<"tasks", { items: TaskItem[]; more: boolean }>;
/** `due`: the moments are days to keep, coloured when past; elsewhere they only say since when. */
export type RowsCard = CardOf<"rows", { items: Row[]; more: boolean; total?: number; due?: boolean }>;
export type FiguresCard = CardOf<"figures", { figures: Counter[] }>;
export type BarsCard = CardOf<"bars", { bars: Bar[] }>;
export type HomeCard = CardOf<"worklist", Worklist> | TasksCard | RowsCard | FiguresCard | BarsCard;
export type Home = {
  greeting: string;
  source: "own" | "role" | "ready";
  counters: Counter[];
  cards: HomeCard[];
};

/** Asked anew each minute, and at once when the tab is looked at again: the figures are honest to the minute. */
export const homeQuery = queryOptions({
  queryKey: ["home"],
  queryFn: async ({ signal }) => (await api.get<Home>("/home", { signal })).data,
  staleTime: 30_000,
  refetchInterval: 60_000,
  refetchOnWindowFocus: "always",
});

/** Ticks a task off at once on screen; what the server refuses comes back with its reason. */
export function useCompleteTask() {
  const t = useT("home");
  const client = useQueryClient();
  const message = useMessage();
  const mark = (id: Id, done: boolean) =>
    client.setQueryData(homeQuery.queryKey, (home) =>
      home ? { ...home, cards: home.cards.map((card) => marked(card, id, done)) } : home,
    );
  return useMutation({
    mutationFn: (task: TaskItem) =>
      api.post<Detail & { undo?: string }>(
        `/tasks/${task.id}/complete`,
        {},
        { idempotencyKey: newIdempotencyKey(), about: task.title },
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

function marked(card: HomeCard, id: Id, done: boolean): HomeCard {
  if (card.shape !== "tasks" || !card.data) return card;
  const items = card.data.items.map((task) => (task.id === id ? { ...task, done } : task));
  return { ...card, data: { ...card.data, items } };
}
