import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Option } from "@/api/types";
import type { RecordData } from "@/objects/model/meta";

export type Reason = { rule: string; label: string; score: number; details: string[] };
type Person = { id: string; label: string | null };
export type Pair = {
  id: string;
  records: Option[];
  score: number;
  reasons: Reason[];
  assignee: Person | null;
  found_at: string;
  note: string;
  decided_by: Person | null;
  decided_at: string | null;
};
/** Pairs that hang together: all their records, likeliest pair first. */
export type Case = Pair & { pairs: Pair[] };
export type Kind = { object: string; label: string; open: number };
export type QueuePage = { items: Case[]; next_cursor: string | null; kinds: Kind[] };
export type QueueState = "open" | "different" | "merged";

const ROOT = "duplicates";

export function useQueue(object: string, state: QueueState, mine: boolean) {
  return useInfiniteQuery({
    queryKey: [ROOT, "queue", object, state, mine],
    queryFn: async ({ signal, pageParam }) =>
      (
        await api.get<QueuePage>("/duplicates", {
          query: { object, state, mine: mine || undefined, cursor: pageParam },
          signal,
        })
      ).data,
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
}

export type MergeField = {
  name: string;
  label: string;
  chosen: "survivor" | "loser" | "both";
  differs: boolean;
  can_choose: boolean;
};
export type MergeChildren = {
  object: string;
  field: string;
  label: string;
  field_label: string;
  survivor: number;
  loser: number;
  after: number;
  same: string[];
  same_count: number;
};
export type Preview = {
  survivor: RecordData;
  loser: RecordData;
  refusal: { code: string; detail: string } | null;
  fields: MergeField[];
  children: MergeChildren[];
  score?: number;
  reasons?: Reason[];
  former?: string[] | null;
};

/** What a merge would do, asked anew with every choice. */
export function usePreview(object: string, survivor: string, loser: string, take: string[]) {
  return useQuery({
    queryKey: [ROOT, "preview", object, survivor, loser, take],
    queryFn: async ({ signal }) =>
      (await api.post<Preview>("/duplicates/preview", { object, survivor, loser, take }, { signal })).data,
    enabled: survivor !== "" && loser !== "",
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
}

export type RulePart = { field: string; label: string; how: string; how_label: string };
export type Rule = {
  code: string;
  label: string;
  parts: RulePart[];
  action: "off" | "alert" | "block";
  threshold: number | null;
  score: number;
  everywhere: boolean;
  fixed: boolean;
  own: boolean;
};
export type RuleKind = {
  object: string;
  label: string;
  rules: Rule[];
  fields: { field: string; label: string; ways: string[] }[];
  ways: { how: string; label: string; fuzzy: boolean }[];
};

export const rulesKey = [ROOT, "rules"];

export function useRules() {
  return useQuery({
    queryKey: rulesKey,
    queryFn: async ({ signal }) =>
      (await api.get<{ items: RuleKind[] }>("/duplicate-rules", { signal })).data.items,
  });
}
