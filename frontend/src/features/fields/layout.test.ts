import { expect, it } from "vitest";
import { freshKey, inherited, type LayoutsOf, NOTHING, putInto } from "./layout";
import { moved } from "./ordered";

const of = {
  declared: { quick: ["name"], sections: [], facts: ["owner"], columns: ["name"] },
  items: [{ role: null, layout: { ...NOTHING, columns: ["name", "owner"] }, version: 1 }],
} as unknown as LayoutsOf;

it("follows the default, and below it the declaration", () => {
  expect(inherited(of, "r1", "columns")).toEqual(["name", "owner"]);
  expect(inherited(of, "r1", "facts")).toEqual(["owner"]);
  expect(inherited(of, null, "columns")).toEqual(["name"]);
});

it("puts a field into one section only", () => {
  const section = (key: string, ...fields: string[]) => ({ key, label_zh: key, label_en: "", fields });
  const next = putInto([section("a", "x", "y"), section("b")], 1, "x");
  expect(next.map((one) => one.fields)).toEqual([["y"], ["x"]]);
  expect(freshKey([section("section_2")])).toBe("section_3");
});

it("moves within the list and not beyond it", () => {
  expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
  expect(moved(["a", "b"], 1, -1)).toEqual(["b", "a"]);
});
