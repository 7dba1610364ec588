import { describe, expect, it } from "vitest";
import { errorsOf, moved } from "./queries";

describe("rules as a list", () => {
  it("moves one up and down, and nothing out of it", () => {
    expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
    expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
    expect(moved(["a"], 3, 0)).toEqual(["a"]);
  });

  it("gives each rule its own errors", () => {
    const errors = [
      { field: "items.0.days", message: "days" },
      { field: "items.10.name", message: "ten" },
      { field: null, message: "all" },
    ];
    expect(errorsOf(errors, 0)).toEqual({ days: "days" });
    expect(errorsOf(errors, 1)).toEqual({});
    expect(errorsOf(errors, 10)).toEqual({ name: "ten" });
  });
});
