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
  it("compare as a write does: a reference by its id, blank with blank", () => {
    const base = { owner: { id: "1", label: "甲" }, note: "" };
    expect(
      conflictsBetween(base, { owner: "2", note: "x" }, { owner: { id: "1", label: "甲甲" }, note: null }),
    ).toEqual([]);
    expect(
      conflictsBetween(base, { owner: { id: "3", label: "丙" } }, { owner: { id: "2", label: "乙" } }),
    ).toHaveLength(1);
  });
  it("send again only what was kept", () => {
    expect(resolveConflicts({ a: 1, b: 2, c: 3 }, { a: "theirs", b: "yours" })).toEqual({ b: 2, c: 3 });
  });
});
