import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Id, Ref } from "@/api/types";
import { useT } from "@/i18n/index";
import { useMessage } from "@/kit/use-message";
import { dayOf, movedTo } from "@/objects/calendar/days";

export type Entry = {
  code: string;
  label: string;
  object: string;
  id: Id;
  version: number;
  /** The moment; null where the whole day is meant. */
  at: string | null;
  day: string;
  all_day: boolean;
  title: string;
  customer: Ref | null;
  person: Ref | null;
  done: boolean;
  /** The field an edit moves; empty where the day is not ours to choose. */
  field: string;
  can_move: boolean;
};
type Answer = { items: Entry[]; more: boolean };
export type Whose = { person?: string | undefined; team?: boolean | undefined };

/** What stands on these days, and moving it to another one. */
export function useEntries(days: string[], whose: Whose, timeZone: string) {
  const t = useT("calendar");
  const client = useQueryClient();
  const message = useMessage();
  const first = days[0] ?? "";
  const last = days[days.length - 1] ?? first;
  const key = ["calendar", first, last, whose.person ?? "", whose.team ?? false];
  const entries = useQuery({
    queryKey: key,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    queryFn: async ({ signal }) =>
      (
        await api.get<Answer>("/calendar", {
          query: { first, last, person: whose.person, team: whose.team || undefined },
          signal,
        })
      ).data,
  });

  function put(entry: Entry, change: Partial<Entry>) {
    client.setQueryData<Answer>(
      key,
      (old) =>
        old && {
          ...old,
          items: old.items.map((one) =>
            one.id === entry.id && one.code === entry.code ? { ...one, ...change } : one,
          ),
        },
    );
  }

  /** On its new day at once, and back when the server refuses: the version read goes along, so nobody's edit is lost. */
  async function write(entry: Entry, value: string): Promise<Entry> {
    put(entry, place(value, timeZone));
    try {
      const { data } = await api.patch<{ version: number }>(
        `/${entry.object}/${entry.id}`,
        { [entry.field]: value },
        { headers: { "If-Match": `"${entry.version}"` } },
      );
      const saved = { ...entry, ...place(value, timeZone), version: data.version };
      put(entry, saved);
      for (const other of ["worklist", "home", "list"]) void client.invalidateQueries({ queryKey: [other] });
      return saved;
    } catch (error) {
      put(entry, { at: entry.at, day: entry.day });
      void client.invalidateQueries({ queryKey: key });
      throw error;
    }
  }

  function move(entry: Entry, day: string): void {
    const value = entry.at ?? entry.day;
    if (entry.day === day || !entry.can_move) return;
    write(entry, movedTo(value, day, timeZone))
      .then((saved) =>
        message.action(
          t("moved", { title: entry.title, day }),
          t("undo"),
          () => void write(saved, value).catch(message.error),
        ),
      )
      .catch(message.error);
  }

  return { entries, move };
}

function place(value: string, timeZone: string): Pick<Entry, "at" | "day"> {
  return value.length <= 10 ? { at: null, day: value } : { at: value, day: dayOf(value, timeZone) };
}

export type Feed = { id: Id; name: string; created_at: string; read_at: string | null };
export type NewFeed = Feed & { path: string };
