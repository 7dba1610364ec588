import { describe, expect, it } from "vitest";
import type { RecordData } from "../model/meta";
import { childrenBy } from "./tree";

function row(id: string, boss: string | null): RecordData {
  return { id, version: 1, reports_to: boss ? { id: boss, label: boss } : null } as unknown as RecordData;
}
const shape = (rows: RecordData[]) =>
  Object.fromEntries(
    [...childrenBy(rows, "reports_to")].map(([key, found]) => [String(key), found.map((r) => r.id)]),
  );

describe("who reports to whom", () => {
  it("puts everybody under his superior, the others on top", () => {
    expect(
      shape([row("a", null), row("b", "a"), row("c", "a"), row("d", "c"), row("e", "elsewhere")]),
    ).toEqual({
      null: ["a", "e"],
      a: ["b", "c"],
      c: ["d"],
    });
  });
  it("loses nobody in a circle", () => {
    const found = shape([row("a", "b"), row("b", "c"), row("c", "a"), row("d", "d")]);
    expect(Object.values(found).flat().sort()).toEqual(["a", "b", "c", "d"]);
    expect(found.null).toContain("d");
    expect(found.null).toHaveLength(2);
  });
});
