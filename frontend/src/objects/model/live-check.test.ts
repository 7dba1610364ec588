import { describe, expect, it } from "vitest";
import { mergeFindings, shownFindings, stamp, valuesToCheck } from "./live-check";
import { type FieldMeta, paramAsField } from "./meta";

function field(name: string, over: Partial<FieldMeta> = {}): FieldMeta {
  const bare = paramAsField({
    name,
    type: "text",
    label: name,
    required: false,
    choices: null,
    target: null,
  });
  return { ...bare, ...over };
}

const meta = {
  fields: [
    field("name"),
    field("phone"),
    field("kind", { choices: [] }),
    field("customer", { target: "customers" }),
    field("number", { read_only: true }),
    field("age", { computed: true }),
  ],
};

describe("which values are tried", () => {
  it("sends what is filled and can be written, references as their ids", () => {
    const values = { name: "华睿", phone: "", number: "C-1", age: 3, customer: { id: "1", label: "A" } };
    expect(valuesToCheck(meta, values, {})).toEqual({ name: "华睿", customer: "1" });
  });
  it("asks nothing when all was answered already, or nothing is filled", () => {
    expect(valuesToCheck(meta, { name: "华睿" }, { name: stamp("华睿") })).toBeNull();
    expect(valuesToCheck(meta, { name: "", kind: null }, {})).toBeNull();
  });
  it("leaves out an answered text, and sends along what others are judged by", () => {
    const values = { name: "华睿", phone: "138", kind: "company" };
    const asked = { name: stamp("华睿"), kind: stamp("company") };
    expect(valuesToCheck(meta, values, asked)).toEqual({ phone: "138", kind: "company" });
  });
  it("takes a value typed again after another for news", () => {
    expect(valuesToCheck(meta, { name: "华" }, { name: stamp("华睿") })).toEqual({ name: "华" });
  });
});

describe("what was found", () => {
  const double = { field: "name", code: "duplicate", message: "已存在" };
  const bad = { field: "phone", code: "not_phone", message: "号码不正确" };
  const values = { name: "华睿", phone: "1" };

  it("shows a double at once and a wrong value only after leaving it", () => {
    const found = mergeFindings({}, values, values, [double, bad]);
    expect(shownFindings(found, values, new Set())).toEqual({ doubles: { name: "已存在" }, wrong: {} });
    expect(shownFindings(found, values, new Set(["phone"])).wrong).toEqual({ phone: "号码不正确" });
  });
  it("goes with the value it was found for", () => {
    const found = mergeFindings({}, values, values, [double]);
    expect(shownFindings(found, { ...values, name: "华睿科" }, new Set()).doubles).toEqual({});
  });
  it("keeps what was not asked again and drops what was answered otherwise", () => {
    const found = mergeFindings({}, values, values, [double, bad]);
    const next = mergeFindings(found, { phone: "138" }, { ...values, phone: "138" }, []);
    expect(Object.keys(next)).toEqual(["name"]);
  });
  it("takes the first word on a field, and none on what was not sent", () => {
    const errors = [
      double,
      { ...double, message: "再来" },
      { ...bad, field: null },
      { ...bad, field: "other" },
    ];
    expect(mergeFindings({}, values, values, errors)).toEqual({
      name: { kind: "duplicate", message: "已存在", value: stamp("华睿") },
    });
  });
});
