/**
 * What a list had loaded and where it stood, kept for coming back to it, and for previous / next on the record opened
 * from it. In memory only: after a reload the address still holds the list's state, and that is enough.
 */
export type ListPlace = { address: string; ids: string[]; scroll: number; focused: string | null };

const places = new Map<string, ListPlace>();
const MOST = 20;

export function rememberPlace(object: string, place: ListPlace): void {
  places.delete(object);
  places.set(object, place);
  const oldest = places.keys().next().value;
  if (places.size > MOST && oldest !== undefined) places.delete(oldest);
}

export function placeOf(object: string, address?: string): ListPlace | null {
  const place = places.get(object);
  if (!place) return null;
  return address === undefined || place.address === address ? place : null;
}

export function neighboursOf(
  ids: readonly string[],
  id: string,
): { previous: string | null; next: string | null; position: number } {
  const position = ids.indexOf(id);
  if (position < 0) return { previous: null, next: null, position };
  return { previous: ids[position - 1] ?? null, next: ids[position + 1] ?? null, position };
}
