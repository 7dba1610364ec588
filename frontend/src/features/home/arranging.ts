/** Where a card stands: in one of two columns, or over both. On a phone all stand below each other in their order. */
export type Place = "left" | "right" | "full";
export type Placed = { code: string; place: Place };
export const PLACES: Place[] = ["left", "right", "full"];

/** What stands beside each other: cards over both columns alone, those between them in two columns. */
export type Band<T> = { full: T } | { left: T[]; right: T[] };

export function bandsOf<T extends { place: Place }>(cards: T[]): Band<T>[] {
  const bands: Band<T>[] = [];
  for (const card of cards) {
    if (card.place === "full") {
      bands.push({ full: card });
      continue;
    }
    const last = bands.at(-1);
    const band = last && "left" in last ? last : { left: [], right: [] };
    if (band !== last) bands.push(band);
    band[card.place].push(card);
  }
  return bands;
}

/** The list with one of it at another index. */
export function moved<T>(list: T[], from: number, to: number): T[] {
  const one = list[from];
  if (one === undefined || to < 0 || to >= list.length) return list;
  const rest = list.filter((_, index) => index !== from);
  return [...rest.slice(0, to), one, ...rest.slice(to)];
}

/**
 * Where a card goes by one step up or down: past the next one that it can be seen to pass. In two columns that is one of its own
 * column or one over both; below each other (`flat`) simply the next. -1 when there is none.
 */
export function nextIndex(cards: Placed[], from: number, step: 1 | -1, flat: boolean): number {
  const own = cards[from]?.place;
  for (let to = from + step; to >= 0 && to < cards.length; to += step) {
    const place = cards[to]?.place;
    if (flat || own === "full" || place === "full" || place === own) return to;
  }
  return -1;
}

/** A card dropped on another takes its turn and its column; one over both columns stays so unless it is dropped into a column. */
export function dropped(cards: Placed[], from: number, to: number): Placed[] {
  const place = cards[to]?.place;
  if (!place) return cards;
  return moved(
    cards.map((card, index) => (index === from ? { ...card, place } : card)),
    from,
    to,
  );
}
