import { type QueryKey, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ApiError, api } from "@/api/client";
import { useT } from "@/i18n/index";
import { useMessage } from "@/kit/use-message";
import type { Placed } from "./arranging";

export type Known = { code: string; label: string; about: string };
export type Chosen = { counters: string[]; cards: Placed[] };
export type Arrangement = Chosen & {
  version: number;
  source: "own" | "role" | "ready";
  known_counters: Known[];
  known_cards: Known[];
};

/** An arrangement being changed: one's own (`/home/arrangement`) or a role's (`/home/roles/…`). */
export function useArrangement(path: string, onKept: () => void) {
  const t = useT("home");
  const client = useQueryClient();
  const message = useMessage();
  const key: QueryKey = ["home", "arranging", path];
  const read = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await api.get<Arrangement>(path, { signal })).data,
    // What one is changing is not changed under one's hands.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const [draft, setDraft] = useState<Chosen | null>(null);
  const [saving, setSaving] = useState(false);
  const kept = read.data;
  const last = useRef<Chosen | null>(null);
  useEffect(() => {
    if (!kept) return;
    // What was changed here stays when somebody else's version arrives; it can then be kept over that.
    setDraft((draft) => (draft && last.current && isChanged(draft, last.current) ? draft : chosenOf(kept)));
    last.current = chosenOf(kept);
  }, [kept]);

  async function write(wanted: Chosen | null, version?: number): Promise<Arrangement> {
    const headers = version === undefined ? {} : { headers: { "If-Match": `"${version}"` } };
    const { data } = wanted
      ? await api.put<Arrangement>(path, { counters: wanted.counters, cards: wanted.cards }, headers)
      : await api.delete<Arrangement>(path);
    setDraft(chosenOf(data));
    client.setQueryData(key, data);
    void client.invalidateQueries({
      queryKey: ["home"],
      predicate: (query) => query.queryKey[1] !== "arranging",
    });
    return data;
  }

  /** Keeps the draft, or with null goes back to the ready arrangement; either can be taken back from the bar below. */
  async function keep(wanted: Chosen | null): Promise<void> {
    if (!kept) return;
    const before = kept;
    const had = before.source === (path === "/home/arrangement" ? "own" : "role");
    setSaving(true);
    try {
      const after = await write(wanted, before.version);
      message.action(t(wanted ? "arranging.kept" : "arranging.ready"), t("arranging.takeBack"), () => {
        write(had ? before : null, had ? after.version : undefined).catch(message.error);
      });
      onKept();
    } catch (error) {
      message.error(error);
      if (error instanceof ApiError && error.status === 412) void read.refetch();
    } finally {
      setSaving(false);
    }
  }

  return { read, kept, draft, setDraft, saving, keep };
}

function chosenOf({ counters, cards }: Chosen): Chosen {
  return { counters, cards };
}

export function isChanged(draft: Chosen, kept: Chosen): boolean {
  return JSON.stringify([draft.counters, draft.cards]) !== JSON.stringify([kept.counters, kept.cards]);
}
