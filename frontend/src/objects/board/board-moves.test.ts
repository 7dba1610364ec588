import { describe, expect, it } from "vitest";
import type { BoardMeta } from "../model/meta";
import { type Column, columnOf, moveCard } from "./board-moves";

const meta = {
  group_field: "stage",
  sum_field: "amount",
  title: "name",
  lines: [],
  move: "move",
  move_param: null,
  scope_field: null,
} satisfies BoardMeta;
const column = (key: string, items: Column["items"], sum: string | null): Column => ({
  key,
  label: key,
  color: null,
  count: items.length,
  sum,
  items,
  next_cursor: null,
});
const card = (id: string, amount: string | null) => ({ id, version: 1, amount });
const board = () => [
  column("one", [card("a", "0.10"), card("b", "90071992547409.93")], "90071992547410.03"),
  column("two", [card("c", null)], "0.00"),
];

describe("moveCard", () => {
  it("moves count and sum with the card, to the cent", () => {
    const [one, two] = moveCard(board(), meta, "b", "two");
    expect(one).toMatchObject({ count: 1, sum: "0.10" });
    expect(two).toMatchObject({ count: 2, sum: "90071992547409.93" });
    expect(two?.items.map((item) => item.id)).toEqual(["b", "c"]);
  });
  it("counts a card without an amount as nothing", () => {
    expect(moveCard(board(), meta, "c", "one").map((one) => one.sum)).toEqual(["90071992547410.03", "0.00"]);
  });
  it("leaves the board alone for an unknown card, an unknown column or the same place", () => {
    const columns = board();
    for (const [id, to] of [
      ["x", "two"],
      ["a", "nowhere"],
      ["a", "one"],
    ] as const) {
      expect(moveCard(columns, meta, id, to)).toBe(columns);
    }
  });
  it("does not change what it was given, so a refusal can put it back", () => {
    const columns = board();
    moveCard(columns, meta, "a", "two");
    expect(columnOf(columns, "a")?.key).toBe("one");
    expect(columns).toEqual(board());
  });
});
