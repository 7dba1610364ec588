/** Moving a card between the columns of what the board has in its cache. Amounts are summed as whole cents. */
import type { BoardColumn, BoardMeta, RecordData } from "../model/meta";
import { withPlaces } from "../model/numbers";

export type Column = Omit<BoardColumn, "items"> & { items: RecordData[] };

function cents(value: unknown): bigint {
  const text = typeof value === "string" || typeof value === "number" ? withPlaces(String(value), 2) : "0.00";
  return /^-?\d+\.\d\d$/.test(text) ? BigInt(text.replace(".", "")) : 0n;
}

function fromCents(value: bigint): string {
  return withPlaces(
    `${value < 0n ? "-" : ""}${(value < 0n ? -value : value)
      .toString()
      .padStart(3, "0")
      .replace(/(\d\d)$/, ".$1")}`,
    2,
  );
}

export function columnOf(columns: Column[], id: string): Column | null {
  return columns.find((column) => column.items.some((item) => item.id === id)) ?? null;
}

/** The board as it will be if the server agrees; count and sum of both columns move along. */
export function moveCard(columns: Column[], board: BoardMeta, id: string, to: string): Column[] {
  const from = columnOf(columns, id);
  const card = from?.items.find((item) => item.id === id);
  if (!from || !card || from.key === to || !columns.some((column) => column.key === to)) return columns;
  const amount = board.sum_field ? cents(card[board.sum_field]) : 0n;
  const shifted = (sum: string | null, by: bigint) => (sum === null ? null : fromCents(cents(sum) + by));
  return columns.map((column) => {
    if (column.key === from.key) {
      return {
        ...column,
        count: column.count - 1,
        sum: shifted(column.sum, -amount),
        items: column.items.filter((item) => item.id !== id),
      };
    }
    if (column.key !== to) return column;
    return {
      ...column,
      count: column.count + 1,
      sum: shifted(column.sum, amount),
      items: [card, ...column.items],
    };
  });
}
