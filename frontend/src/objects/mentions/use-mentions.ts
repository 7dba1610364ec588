import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import { type Person, peopleIn, plainOf, queryAt, storedOf, uniqueName } from "./marks";
import { type MentionPlace, useMentionPlace } from "./place";

export type Offer = { id: string; label: string; sub?: string | null; can_see?: boolean };

const PAUSE = 150;

async function fetchOffers(place: MentionPlace, q: string, signal: AbortSignal): Promise<Offer[]> {
  const path = place ? `/${place.object}/${place.id}/mentionable` : "/users/options";
  const { data } = await api.get<{ items: Offer[] }>(path, { query: { q, limit: 12 }, signal });
  return data.items;
}

/** What typing a text with mentions needs: the text as typed, who is offered, and picking one. */
export function useMentions(stored: string, onChange: (stored: string) => void) {
  const place = useMentionPlace();
  const people = useRef<Person[]>([]);
  for (const person of peopleIn(stored)) {
    if (!people.current.some((one) => one.name === person.name)) people.current.push(person);
  }
  const [query, setQuery] = useState<string | null>(null);
  const [asked, setAsked] = useState<string | null>(null);
  useEffect(() => {
    const timer = window.setTimeout(() => setAsked(query), query === null ? 0 : PAUSE);
    return () => window.clearTimeout(timer);
  }, [query]);
  const offers = useQuery({
    queryKey: ["mentionable", place, asked],
    queryFn: ({ signal }) => fetchOffers(place, asked ?? "", signal),
    enabled: asked !== null,
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  });
  const typed = plainOf(stored);

  return {
    typed,
    place,
    open: query !== null && asked !== null,
    offers: offers.data ?? [],
    loading: offers.isPending,
    type(text: string, caret: number) {
      onChange(storedOf(text, people.current));
      setQuery(queryAt(text, caret));
    },
    look: (caret: number) => setQuery(queryAt(typed, caret)),
    close: () => setQuery(null),
    /** Puts the person where the @ was typed; gives the place of the caret behind the name. */
    pick(offer: Offer, caret: number): number {
      const name = uniqueName({ id: offer.id, name: offer.label, sub: offer.sub ?? null }, people.current);
      people.current = [...people.current.filter((one) => one.name !== name), { id: offer.id, name }];
      const start = typed.lastIndexOf("@", caret - 1);
      const text = `${typed.slice(0, start)}@${name} ${typed.slice(caret)}`;
      setQuery(null);
      onChange(storedOf(text, people.current));
      return start + name.length + 2;
    },
  };
}
