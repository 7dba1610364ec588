import { describe, expect, it } from "vitest";
import { conflictsBetween, resolveConflicts, sortProblem } from "./problem";

describe("sortProblem", () => {
  it("puts known fields beside themselves and the rest on top", () => {
    const errors = [
      { field: "name", code: "required", message: "请填写名称。" },
      { field: "name", code: "long", message: "太长。" },
      { field: "secret", code: "x", message: "隐藏字段的话" },
      { field: null, code: "y", message: "整单的话" },
    ];
    expect(sortProblem(errors, "概述", ["name"])).toEqual({
      byField: { name: "请填写名称。 太长。" },
      general: ["隐藏字段的话", "整单的话"],
    });
  });
  it("says the summary when there is nothing else to say, and only then", () => {
    expect(sortProblem([], "名称重复", ["name"]).general).toEqual(["名称重复"]);
    expect(sortProblem([{ field: "name", code: "c", message: "m" }], "概述", ["name"]).general).toEqual([]);
  });
});

describe("conflicts", () => {
  it("are fields both sides moved to different values", () => {
    const base = { a: 1, b: 1, c: 1, d: 1 };
    const yours = { a: 2, b: 2, c: 3 };
    const theirs = { a: 1, b: 3, c: 3, d: 9 };
    expect(conflictsBetween(base, yours, theirs)).toEqual([{ field: "b", yours: 2, theirs: 3 }]);
  });
  it("send again only what was kept", () => {
    expect(resolveConflicts({ a: 1, b: 2, c: 3 }, { a: "theirs", b: "yours" })).toEqual({ b: 2, c: 3 });
  });
});
