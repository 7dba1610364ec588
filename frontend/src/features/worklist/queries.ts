import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Id, Ref } from "@/api/types";

/** Why somebody is on the list, in the server's plain words. */
export type Reason = {
  code: string;
  label: string;
  text: string;
  at: string;
  /** Positive: so many days late; negative: ahead. */
  days_late: number;
  object: string;
  id: Id;
  version: number;
};
/** A customer or a lead with the fields the page needs; a field the person may not see is absent. */
export type LineRecord = {
  id: Id;
  name: string;
  phone?: string | null;
  owner?: Ref | null;
  last_contact_at?: string | null;
  /** Of a lead: whom one speaks to, and when somebody last did. */
  person?: string | null;
  last_activity_at?: string | null;
};
export type Line = { object: "customers" | "leads"; id: Id; record: LineRecord; reasons: Reason[] };
export type Worklist = { items: Line[]; total: number };
export type Whose = { person?: string | undefined; team?: boolean | undefined };

const KEY = "worklist";

export function worklistQuery(whose: Whose, limit: number) {
  return queryOptions({
    queryKey: [KEY, whose.person ?? "", whose.team ?? false, limit],
    queryFn: async ({ signal }) =>
      (
        await api.get<Worklist>("/worklist", {
          query: { person: whose.person, team: whose.team || undefined, limit },
          signal,
        })
      ).data,
    staleTime: 30_000,
    refetchInterval: 120_000,
  });
}

export type PersonInCharge = { id: Id; label: string; department: string | null };

export const peopleQuery = queryOptions({
  queryKey: [KEY, "people"],
  queryFn: async ({ signal }) =>
    (await api.get<{ items: PersonInCharge[] }>("/worklist/people", { signal })).data.items,
  staleTime: 5 * 60_000,
});

/** What was done about a line changes it, the counters of home, and the calendar. */
export function refreshDay(client: QueryClient): void {
  for (const key of [KEY, "home", "calendar"]) void client.invalidateQueries({ queryKey: [key] });
}
