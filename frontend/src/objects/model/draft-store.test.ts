import { describe, expect, it } from "vitest";
import { createDraftStore, type DraftStorage, draftKey } from "./draft-store";

function memory(): DraftStorage & { data: Map<string, string> } {
  const data = new Map<string, string>();
  return {
    data,
    getItem: (key) => data.get(key) ?? null,
    setItem: (key, value) => void data.set(key, value),
    removeItem: (key) => void data.delete(key),
  };
}

describe("drafts", () => {
  it("survive a reload and keep the version they were typed against", () => {
    const storage = memory();
    createDraftStore(storage).write("k", { name: "甲" }, "3");
    expect(createDraftStore(storage).read("k")).toMatchObject({ values: { name: "甲" }, version: "3" });
  });
  it("vanish when nothing is changed any more", () => {
    const storage = memory();
    const drafts = createDraftStore(storage);
    drafts.write("k", { name: "甲" }, null);
    drafts.write("k", {}, null);
    expect(storage.data.size).toBe(0);
  });
  it("are not offered after a week", () => {
    const storage = memory();
    createDraftStore(storage, () => 0).write("k", { name: "甲" }, null);
    expect(createDraftStore(storage, () => 8 * 24 * 3600 * 1000).read("k")).toBeNull();
    expect(createDraftStore(storage, () => 6 * 24 * 3600 * 1000).read("k")).not.toBeNull();
  });
  it("never stop anybody: a broken, full or absent store is silent", () => {
    const storage = memory();
    storage.data.set("kemai.draft.k", "{broken");
    expect(createDraftStore(storage).read("k")).toBeNull();
    const full = {
      ...memory(),
      setItem: () => {
        throw new Error("quota");
      },
    };
    expect(() => createDraftStore(full).write("k", { a: 1 }, null)).not.toThrow();
    expect(createDraftStore(null).read("k")).toBeNull();
  });
  it("do not mix: new and old, form and note, one record and another", () => {
    const keys = [draftKey("x", null), draftKey("x", "1"), draftKey("x", "1", "note"), draftKey("y", "1")];
    expect(new Set(keys).size).toBe(4);
  });
});
