import { isReference, type RecordData } from "../model/meta";

/**
 * Records by the one they point to with `by`; those who point to nobody here stand under null. A circle has no top:
 * its members would be seen nowhere, so the first of each circle is put on top.
 */
export function childrenBy(rows: readonly RecordData[], by: string): Map<string | null, RecordData[]> {
  const known = new Map(rows.map((row) => [row.id, row]));
  const above = new Map<string, string | null>();
  for (const row of rows) {
    const value = row[by];
    const key = isReference(value) && known.has(value.id) && value.id !== row.id ? value.id : null;
    above.set(row.id, leadsBack(row.id, key, above) ? null : key);
  }
  const found = new Map<string | null, RecordData[]>();
  for (const row of rows) {
    const key = above.get(row.id) ?? null;
    found.set(key, [...(found.get(key) ?? []), row]);
  }
  return found;
}

function leadsBack(id: string, from: string | null, above: ReadonlyMap<string, string | null>): boolean {
  for (let key = from; key !== null; key = above.get(key) ?? null) if (key === id) return true;
  return false;
}
