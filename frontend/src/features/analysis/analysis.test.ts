import { describe, expect, it } from "vitest";
import { sorted } from "./figures-table";
import { framed } from "./picture";
import type { Row } from "./queries";
import { COLUMNS, LINES, shade, TILES } from "./tiles";

function row(key: string, value: number | null): Row {
  return { key, label: key, figures: { won: { value, path: null } } };
}

describe("the rows of a table", () => {
  it("stand from the top, what has no value last", () => {
    const rows = [row("a", 1), row("b", null), row("c", 3), row("d", 0)];
    expect(sorted(rows, "won").map(({ key }) => key)).toEqual(["c", "a", "d", "b"]);
  });
});

describe("the tiles", () => {
  it("are thirty-four, each alone in its place and within the grid", () => {
    const places = Object.values(TILES).map(([x, y]) => `${x}/${y}`);
    expect(new Set(places).size).toBe(34);
    expect(Object.values(TILES).every(([x, y]) => x < COLUMNS && y < LINES)).toBe(true);
  });
  it("are shaded by their share of the largest", () => {
    expect([0, 1, 10, 30, 60, 100].map((value) => shade(value, 100))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(shade(0, 0)).toBe(0);
  });
});

describe("a picture", () => {
  it("says what it is of, who saved it and when, and is one whole drawing", () => {
    const colours = { text: "#000", "text-3": "#666", surface: "#fff" };
    const svg = '<?xml version="1.0"?><svg width="10" height="10"><path d="M0 0"/></svg>';
    const text = framed({
      title: "A <b> & C",
      about: "2026",
      foot: "Li",
      svg,
      width: 10,
      height: 10,
      colours,
    });
    expect(text).toContain("A &lt;b> &amp; C");
    expect(text.match(/<svg /g)).toHaveLength(2);
    expect(text).not.toContain("<?xml");
  });
});
