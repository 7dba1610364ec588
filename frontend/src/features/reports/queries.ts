import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Id, Ref } from "@/api/types";

export const KINDS = ["morning", "day", "week", "month"] as const;
export type Kind = (typeof KINDS)[number];
export const TEXTS = ["places", "deals", "problems", "plans", "expected"] as const;
export type TextName = (typeof TEXTS)[number];
export type Texts = Record<TextName, string>;

export type Figure = { code: string; label: string; value: string; unit: string; path: string };
export type Comment = { id: Id; author: Ref; text: string; at: string };
export type Prefill = {
  kind: Kind;
  on: string;
  first: string;
  last: string;
  next_first: string;
  next_last: string;
  figures: Figure[];
  texts: Texts;
  report: { id: Id; version: number; status: string } | null;
};
export type Sheet = Texts & {
  id: Id;
  version: number;
  status: "draft" | "submitted";
  snapshot: Figure[];
  submitted_at: string | null;
  read_at: string | null;
  read_by: string | null;
  comments: Comment[];
};
export type TeamItem = {
  person: { id: Id; label: string; department: string | null };
  report: Sheet | null;
  figures: Figure[];
};
export type Team = { kind: Kind; on: string; items: TeamItem[]; can_comment: boolean };

export const KEY = "day-reports";

export function prefillQuery(kind: Kind, on: string) {
  return queryOptions({
    queryKey: [KEY, "prefill", kind, on],
    queryFn: async ({ signal }) =>
      (await api.get<Prefill>("/reports/prefill", { query: { kind, on }, signal })).data,
  });
}

export function teamQuery(kind: Kind, on: string) {
  return queryOptions({
    queryKey: [KEY, "team", kind, on],
    queryFn: async ({ signal }) =>
      (await api.get<Team>("/reports/team", { query: { kind, on }, signal })).data,
    refetchInterval: 60_000,
  });
}

/** The written texts of a sheet that exists; the prefill knows its key. */
export function sheetQuery(id: Id | null) {
  return queryOptions({
    queryKey: [KEY, "sheet", id],
    enabled: id !== null,
    queryFn: async ({ signal }) =>
      (await api.get<Texts & { version: number }>(`/reports/${id}`, { signal })).data,
  });
}
