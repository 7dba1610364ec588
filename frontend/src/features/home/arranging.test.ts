import { describe, expect, test } from "vitest";
import { bandsOf, dropped, moved, nextIndex, type Placed } from "./arranging";

const at = (text: string): Placed[] =>
  text.split(" ").map((word) => ({
    code: word.slice(1),
    place: word[0] === "l" ? "left" : word[0] === "r" ? "right" : "full",
  }));
const said = (cards: Placed[]) => cards.map((card) => `${card.place[0]}${card.code}`).join(" ");

describe("where cards stand", () => {
  test("cards over both columns part the others into bands", () => {
    const bands = bandsOf(at("la rb lc fd re ff fg lh"));
    expect(
      bands.map((band) => ("full" in band ? said([band.full]) : `${said(band.left)}|${said(band.right)}`)),
    ).toEqual(["la lc|rb", "fd", "|re", "ff", "fg", "lh|"]);
    expect(bandsOf([])).toEqual([]);
  });

  test.each([
    ["la rb lc", 2, -1, false, 0],
    ["la rb lc", 2, -1, true, 1],
    ["la rb lc", 1, -1, false, -1],
    ["la rb fc", 1, 1, false, 2],
    ["fa rb lc", 0, 1, false, 1],
    ["la rb", 0, 1, false, -1],
    ["la rb", 0, 1, true, 1],
  ] as const)("a step in %s from %i by %i (flat: %s) goes to %i", (cards, from, step, flat, to) => {
    expect(nextIndex(at(cards), from, step, flat)).toBe(to);
  });

  test("moving keeps all, and nothing moves out of the list", () => {
    expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
    expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
    expect(moved(["a", "b"], 0, 2)).toEqual(["a", "b"]);
    expect(moved(["a", "b"], 5, 0)).toEqual(["a", "b"]);
  });

  test("a dropped card takes the turn and the column of the one it fell on", () => {
    expect(said(dropped(at("la rb lc"), 0, 1))).toBe("rb ra lc");
    expect(said(dropped(at("fa rb lc"), 2, 0))).toBe("fc fa rb");
    expect(said(dropped(at("la"), 0, 3))).toBe("la");
  });
});
