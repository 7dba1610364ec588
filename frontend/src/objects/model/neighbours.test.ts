import { expect, it } from "vitest";
import { neighboursOf, placeOf, rememberPlace } from "./neighbours";

it("knows who stands before and after", () => {
  expect(neighboursOf(["a", "b", "c"], "b")).toEqual({ previous: "a", next: "c", position: 1 });
  expect(neighboursOf(["a"], "a")).toEqual({ previous: null, next: null, position: 0 });
  expect(neighboursOf(["a"], "x").position).toBe(-1);
});

it("gives a place back only to the same list", () => {
  rememberPlace("deals", { address: "?q=1", ids: ["a"], scroll: 300, focused: "a" });
  expect(placeOf("deals", "?q=1")?.scroll).toBe(300);
  expect(placeOf("deals", "?q=2")).toBeNull();
  expect(placeOf("others")).toBeNull();
});
