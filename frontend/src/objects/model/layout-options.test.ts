import { describe, expect, it } from "vitest";
import { decodeOptions, encodeOptions, keptOptions, NO_OPTIONS, sameOptions, toKeep } from "./layout-options";

const full = {
  group: ["stage", "created_at:month"],
  measures: [{ op: "sum" as const, field: "amount" }],
  order: "-sum_amount",
  column: "owner",
  sum: "amount",
  hidden: ["lost", "won"],
  date: "expected_close_on",
  span: "week" as const,
};

describe("the options of a layout", () => {
  it("come back from the address as they went in", () => {
    expect(decodeOptions(encodeOptions(full))).toEqual(full);
  });
  it("say in the address what was taken away from a view", () => {
    expect(decodeOptions(encodeOptions({ group: [], sum: "" }))).toEqual({ group: [], sum: "" });
    expect(encodeOptions({})).toEqual({});
  });
  it("drop what no list understands", () => {
    const strange = {
      group: "a;b,stage:decade,stage",
      measures: "drop:x,sum:amount",
      span: "eon",
      date: "<b>",
    };
    expect(decodeOptions(strange)).toEqual({ group: ["stage"], measures: [{ op: "sum", field: "amount" }] });
  });
  it("are kept short, and found again", () => {
    expect(toKeep(NO_OPTIONS)).toEqual({});
    expect(keptOptions(toKeep(full))).toEqual(full);
    expect(keptOptions(null)).toEqual(NO_OPTIONS);
    expect(sameOptions(keptOptions({ hidden: [] }), NO_OPTIONS)).toBe(true);
  });
});
