import { describe, expect, it } from "vitest";
import {
  addClause,
  bothHold,
  clausesOf,
  type Filter,
  fieldsOf,
  isComplete,
  type Leaf,
  parseFilter,
  replaceClause,
  sameFilter,
  setFieldClause,
  settleMe,
  simplify,
} from "./filter";

const a: Leaf = { field: "a", op: "eq", value: 1 };
const b: Leaf = { field: "b", op: "in", value: ["x", "y"] };
const c: Leaf = { field: "c", op: "is_null", value: true };

describe("simplify", () => {
  it.each<[string, Filter | null, Filter | null]>([
    ["an empty group is nothing", { and: [] }, null],
    ["a group of one is its member", { or: [a] }, a],
    ["equal groups flatten", { and: [{ and: [a, b] }, c] }, { and: [a, b, c] }],
    ["unequal groups stay", { and: [{ or: [a, b] }, c] }, { and: [{ or: [a, b] }, c] }],
    ["two nots cancel", { not: { not: a } }, a],
    ["a not of nothing is nothing", { not: { or: [] } }, null],
    ["empties inside vanish", { or: [{ and: [] }, b] }, b],
  ])("%s", (_name, given, wanted) => expect(simplify(given)).toEqual(wanted));
});

describe("clauses", () => {
  it("shows an or as one clause, so that removing a chip never widens more than it says", () => {
    expect(clausesOf({ or: [a, b] })).toHaveLength(1);
    expect(clausesOf({ and: [a, b] })).toEqual([a, b]);
    expect(clausesOf(null)).toEqual([]);
  });
  it("adds, replaces and removes", () => {
    const two = addClause(a, b);
    expect(two).toEqual({ and: [a, b] });
    expect(replaceClause(two, 0, c)).toEqual({ and: [c, b] });
    expect(replaceClause(two, 1, null)).toEqual(a);
    expect(replaceClause(a, 0, null)).toBeNull();
  });
  it("sets the one clause of a field and leaves the others", () => {
    const two = addClause(a, b);
    expect(setFieldClause(two, "a", { ...a, value: 2 })).toEqual({ and: [{ ...a, value: 2 }, b] });
    expect(setFieldClause(two, "a", null)).toEqual(b);
    expect(setFieldClause(null, "c", c)).toEqual(c);
    expect(setFieldClause(b, "zzz", null)).toEqual(b);
  });
  it("keeps an or whole when another condition must hold too", () => {
    expect(bothHold(a, { or: [b, c] })).toEqual({ and: [a, { or: [b, c] }] });
    expect(bothHold(null, null)).toBeNull();
  });
});

describe("isComplete", () => {
  it.each<[Leaf, boolean]>([
    [{ field: "a", op: "eq", value: "" }, false],
    [{ field: "a", op: "eq", value: false }, true],
    [{ field: "a", op: "eq", value: 0 }, true],
    [{ field: "a", op: "in", value: [] }, false],
    [{ field: "a", op: "between", value: ["1", null] }, false],
    [{ field: "a", op: "between", value: ["1", "2"] }, true],
    [{ field: "a", op: "is_null", value: false }, true],
    [{ field: "a", op: "within_last", value: { days: 0 } }, false],
    [{ field: "a", op: "within_next", value: { days: 7 } }, true],
    [{ field: "a", op: "eq", value: ["x"] }, false],
  ])("%j is %s", (leaf, wanted) => expect(isComplete(leaf)).toBe(wanted));
});

describe("settleMe", () => {
  const leaf = (op: Leaf["op"], value: Leaf["value"]): Leaf => ({ field: "owner", op, value });
  it("makes a lone choice of me an equality", () => {
    expect(settleMe(leaf("in", ["me"]))).toEqual(leaf("eq", "me"));
    expect(settleMe(leaf("not_in", ["me"]))).toEqual(leaf("ne", "me"));
  });
  it("keeps me among others meaning whoever looks", () => {
    expect(settleMe(leaf("in", ["me", "8"]))).toEqual(leaf("in", ["me", "8"]));
  });
  it("leaves the rest alone", () => {
    expect(settleMe(leaf("in", ["8"]))).toEqual(leaf("in", ["8"]));
    expect(settleMe(leaf("eq", "me"))).toEqual(leaf("eq", "me"));
  });
});

describe("parseFilter", () => {
  it("reads what the address holds", () => {
    const whole: Filter = { and: [a, { or: [b, c] }] };
    expect(parseFilter(JSON.stringify(whole))).toEqual(whole);
  });
  it.each([
    "nonsense",
    "[]",
    '{"field":"a"}',
    '{"field":"a","op":"drop table","value":1}',
    '{"and":[{"field":"a","op":"eq","value":1},{"oops":1}]}',
    '{"field":"a","op":"eq","value":{"x":1}}',
    undefined,
    null,
    7,
  ])("refuses %j whole, never a part of it", (raw) => expect(parseFilter(raw)).toBeNull());
  it("refuses a tree deeper than any screen builds", () => {
    let deep: Filter = a;
    for (let i = 0; i < 9; i += 1) deep = { not: deep };
    expect(parseFilter(deep)).toBeNull();
  });
});

it("names each field once", () => {
  expect(fieldsOf({ and: [a, { not: a }, { or: [b, c] }] })).toEqual(["a", "b", "c"]);
});

it("compares by meaning, not by shape", () => {
  expect(sameFilter({ and: [a] }, a)).toBe(true);
  expect(sameFilter({ and: [a, b] }, { and: [b, a] })).toBe(false);
});
