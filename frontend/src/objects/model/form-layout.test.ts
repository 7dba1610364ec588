import { expect, it } from "vitest";
import { formSections, quickFields } from "./form-layout";
import type { FieldMeta, ObjectMeta } from "./meta";

const field = (name: string, more: Partial<FieldMeta> = {}) =>
  ({
    name,
    section: "basic",
    required: false,
    quick: false,
    read_only: false,
    computed: false,
    ...more,
  }) as FieldMeta;
const meta = {
  fields: [
    field("name", { required: true, quick: true }),
    field("number", { read_only: true }),
    field("phone", { section: "contact", quick: true }),
    field("owner", { create_only: true }),
    field("custom.devices", { section: "gone" }),
  ],
  sections: [
    { key: "basic", label: "基本" },
    { key: "contact", label: "联系" },
  ],
} as unknown as ObjectMeta;
const names = (sections: { key: string; fields: FieldMeta[] }[]) =>
  sections.map((section) => [section.key, ...section.fields.map((one) => one.name)]);

it("goes by the declaration where nothing is laid out", () => {
  expect(names(formSections(meta, true))).toEqual([
    ["", "custom.devices"],
    ["basic", "name", "owner"],
    ["contact", "phone"],
  ]);
  expect(quickFields(meta).map((one) => one.name)).toEqual(["name", "phone"]);
});

it("follows the layout, its order, and leaves out what it leaves out", () => {
  const laid = {
    ...meta,
    layout: {
      quick: ["custom.devices", "hidden"],
      sections: [
        { key: "site", label: "现场", fields: ["custom.devices", "number"] },
        { key: "basic", label: "基本", fields: ["owner", "name"] },
        { key: "none", label: "空", fields: ["number"] },
      ],
      facts: [],
      columns: [],
    },
  };
  expect(names(formSections(laid, false))).toEqual([
    ["site", "custom.devices"],
    ["basic", "name"],
  ]);
  expect(quickFields(laid).map((one) => one.name)).toEqual(["custom.devices", "name"]);
});
