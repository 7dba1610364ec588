import { describe, expect, it } from "vitest";
import type { ObjectMeta } from "../model/meta";
import {
  firstLevel,
  levelsOf,
  measuresOf,
  nextOrder,
  periodText,
  usualOrder,
  withPeriod,
} from "./group-rules";

const field = (name: string, type: string, over = {}) => ({
  name,
  type,
  label: name,
  groupable: true,
  filterable: true,
  ...over,
});
const meta = {
  fields: [
    field("name", "text", { groupable: false }),
    field("stage", "choice", { choices: [] }),
    field("owner", "user"),
    field("created_at", "instant"),
    field("amount", "money", { groupable: false }),
  ],
  list: { quick_filters: ["name", "owner"] },
  board: null,
} as unknown as ObjectMeta;
const t = (key: string, params?: Record<string, unknown>) => `${key}${JSON.stringify(params ?? {})}`;

describe("grouping", () => {
  it("begins with a quick filter, and with the board's field where there is a board", () => {
    expect(firstLevel(meta)).toEqual(["owner"]);
    expect(firstLevel({ ...meta, board: { group_field: "stage" } } as ObjectMeta)).toEqual(["stage"]);
  });
  it("drops a level that is gone", () => {
    expect(levelsOf(meta, ["gone", "created_at:year"])).toEqual(["created_at:year"]);
    expect(levelsOf(meta, ["amount"])).toEqual(["owner"]);
    expect(
      measuresOf(meta, [
        { op: "sum", field: "amount" },
        { op: "sum", field: "owner" },
      ]),
    ).toHaveLength(1);
  });
  it("sorts as suits the field", () => {
    expect(["created_at:month", "stage", "owner"].map((level) => usualOrder(meta, level))).toEqual([
      "-key",
      "key",
      "-count",
    ]);
    expect(nextOrder("-count", "count")).toBe("count");
    expect(nextOrder("key", "count")).toBe("-count");
  });
  it("calls a period by what it is", () => {
    expect(periodText("2026-10-01", "quarter", { t })).toBe('groups.quarter{"year":"2026","quarter":4}');
    expect(periodText("2026-10-01", "month", { t })).toBe('groups.month{"year":"2026","month":10}');
    expect(periodText("2026-10-05", "day", { t })).toBe("2026-10-05");
    expect(withPeriod("created_at:month", "year")).toBe("created_at:year");
  });
});
