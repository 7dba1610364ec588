import { expect, it } from "vitest";
import { type FieldMeta, type ObjectMeta, paramAsField } from "../model/meta";
import { inherited, linkField } from "./link-to-parent";

const ref = (name: string, target: string): FieldMeta =>
  paramAsField({ name, type: "reference", label: name, required: false, choices: null, target });
const kind = (name: string, fields: FieldMeta[], panels: unknown[] = []): ObjectMeta =>
  ({ name, title_field: "name", fields, detail: { panels } }) as unknown as ObjectMeta;

const deal = kind("deals", [ref("firm", "firms")]);
const note = kind("notes", [ref("about", "deals"), ref("firm", "firms"), ref("writer", "people")]);

it("links by the panel, else by the only reference there is", () => {
  expect(linkField(deal, note)).toBe("about");
  expect(linkField(kind("deals", [], [{ object: "notes", field: "other" }]), note)).toBe("other");
  expect(linkField(kind("firms", []), kind("lone", []))).toBeNull();
});

it("knows what a picker goes by, also where the server sets it", () => {
  const record = { id: "1", version: 1, name: "大单", firm: { id: "9", label: "海天" } };
  const firm = { ...ref("firm", "firms"), read_only: true };
  expect(inherited(deal, record, kind("seats", [ref("deal", "deals"), firm]), "deal")).not.toHaveProperty(
    "firm",
  );
  const person = { ...ref("person", "people"), within: "firm" };
  expect(inherited(deal, record, kind("seats", [ref("deal", "deals"), firm, person]), "deal")).toHaveProperty(
    "firm",
  );
});

it("does not ask again what the record already says", () => {
  const record = { id: "1", version: 1, name: "大单", firm: { id: "9", label: "海天" } };
  expect(inherited(deal, record, note, "about")).toEqual({
    about: { id: "1", label: "大单" },
    firm: { id: "9", label: "海天" },
  });
});
