import { describe, expect, it } from "vitest";
import { type Filter, parseFilter } from "./filter";
import { isHalfTyped, NO_CONDITIONS, toFilter, toGroup } from "./filter-draft";

const silent: Filter = {
  related: { object: "interactions", field: "customer" },
  where: { field: "occurred_at", op: "within_last", value: { days: 30 } },
  measure: { op: "count" },
  op: "eq",
  value: 0,
};
const big: Filter = {
  related: { object: "opportunities", field: "customer" },
  where: {
    and: [
      { field: "status", op: "eq", value: "won" },
      { field: "closed_at", op: "within_last", value: { days: 365 } },
    ],
  },
  measure: { op: "sum", field: "amount" },
  op: "gte",
  value: "100000",
};

describe("a filter being edited", () => {
  it.each<[string, Filter]>([
    ["a condition", { field: "kind", op: "eq", value: "company" }],
    ["none of the related", silent],
    ["a sum of the related among others", { and: [silent, big] }],
    [
      "a group within",
      { or: [{ field: "kind", op: "eq", value: "x" }, { and: [silent, { in_segment: "1" }] }] },
    ],
    ["not on a list", { not: { in_segment: "1" } }],
    ["what the form cannot draw", { not: { field: "kind", op: "eq", value: "x" } }],
  ])("comes out as it went in: %s", (_name, filter) => {
    expect(toFilter(toGroup(filter))).toEqual(parseFilter(filter));
  });
  it("leaves out what is not finished, and says that there is something", () => {
    const unfinished = {
      ...silent,
      op: "gte" as const,
      value: null,
      measure: { op: "count" as const },
      where: NO_CONDITIONS,
    };
    const draft = {
      joint: "and" as const,
      parts: [{ field: "kind", op: "eq" as const, value: "x" }, unfinished],
    };
    expect(toFilter(draft)).toEqual({ field: "kind", op: "eq", value: "x" });
    expect(isHalfTyped(draft)).toBe(true);
    expect(isHalfTyped(toGroup(big))).toBe(false);
  });
  it("reads related conditions from an address, and nothing it does not know", () => {
    expect(parseFilter(JSON.stringify(big))).toEqual(big);
    expect(parseFilter({ ...big, measure: { op: "median", field: "amount" } })).toBeNull();
    expect(parseFilter({ ...big, where: { field: "x", op: "sounds_like", value: 1 } })).toBeNull();
  });
});
