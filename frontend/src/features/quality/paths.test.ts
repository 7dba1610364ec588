import { describe, expect, it } from "vitest";
import { listPath } from "./paths";

const DATA = { by: "owner" as const, low: 60, stale_days: 90 };

function filterOf(path: string): unknown {
  const text = new URL(path, "http://x").searchParams.get("filter");
  return text ? JSON.parse(text) : null;
}

describe("the list behind a figure", () => {
  it("is of the group and of what was counted", () => {
    expect(filterOf(listPath(DATA, { id: "u1" }, "low"))).toEqual({
      and: [
        { field: "owner", op: "eq", value: "u1" },
        { field: "quality", op: "lt", value: 60 },
      ],
    });
  });
  it("of nobody's records is the pool", () => {
    expect(filterOf(listPath(DATA, { id: null }, "count"))).toEqual({
      field: "in_pool",
      op: "eq",
      value: true,
    });
  });
  it("of stale ones looks at both days", () => {
    expect(JSON.stringify(filterOf(listPath(DATA, null, "stale")))).toContain('"days":90');
  });
  it("of all is the whole list", () => {
    expect(filterOf(listPath(DATA, null, "count"))).toBeNull();
  });
});
