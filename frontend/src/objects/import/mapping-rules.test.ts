import { describe, expect, it } from "vitest";
import { doubled, keyMissing, missingRequired } from "./mapping-rules";
import { canUndo } from "./result-step";

const fields = [
  { name: "name", label: "名称", required: true },
  { name: "phone", label: "电话", required: false },
];
const columns = (...names: (string | null)[]) => names.map((field) => ({ field }));

describe("mapping", () => {
  it("names required fields that no column feeds, except when only updating", () => {
    expect(missingRequired({ fields, mode: "both" }, columns("phone", null))).toEqual(["名称"]);
    expect(missingRequired({ fields, mode: "create" }, columns("name"))).toEqual([]);
    expect(missingRequired({ fields, mode: "update" }, columns("phone"))).toEqual([]);
  });
  it("finds two columns into one field, and lets many be skipped", () => {
    expect(doubled(columns("name", "name", "phone", null, null))).toEqual(["name"]);
    expect(doubled(columns(null, null))).toEqual([]);
  });
  it("needs its key among the columns when records are to be found", () => {
    expect(keyMissing({ mode: "create", key: null }, columns("name"))).toBe(false);
    expect(keyMissing({ mode: "both", key: null }, columns("name"))).toBe(true);
    expect(keyMissing({ mode: "update", key: "phone" }, columns("name"))).toBe(true);
    expect(keyMissing({ mode: "update", key: "phone" }, columns("name", "phone"))).toBe(false);
  });
});

it("offers undo while the server does", () => {
  const now = new Date("2026-11-21T00:00:00Z");
  expect(canUndo({ state: "done", undo_until: "2026-11-22T00:00:00Z" }, now)).toBe(true);
  expect(canUndo({ state: "done", undo_until: "2026-11-20T00:00:00Z" }, now)).toBe(false);
  expect(canUndo({ state: "undone", undo_until: "2026-11-22T00:00:00Z" }, now)).toBe(false);
  expect(canUndo({ state: "done", undo_until: null }, now)).toBe(false);
});
