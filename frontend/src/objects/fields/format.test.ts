import { describe, expect, it } from "vitest";
import { type FieldMeta, paramAsField, type RecordData } from "../model/meta";
import { addressText, dateText, instantText, magnitude, moneyText, percentText, worthText } from "./format";
import { kindOf, knownTypes } from "./registry";
import type { FormatContext } from "./types";

const context: FormatContext = { locale: "zh-CN", timeZone: "Asia/Shanghai", t: (key) => key };
const field = (type: string, more: Partial<FieldMeta> = {}): FieldMeta => ({
  ...paramAsField({
    name: "f",
    type: "text",
    label: "F",
    required: false,
    choices: null,
    target: null,
  }),
  type,
  ...more,
});

describe("values in words", () => {
  it.each<[string, unknown, string]>([
    ["money", "1234567.8", "¥1,234,567.80"],
    ["number", "12.500", "12.5"],
    ["percent", "58.70", "58.7%"],
    ["date", "2026-11-21", "2026-11-21"],
    ["instant", "2026-11-21T16:30:00Z", "2026-11-22 00:30"],
    ["bool", true, "value.yes"],
    ["user", { id: "1", label: "王芳" }, "王芳"],
    ["reference", { id: "1", label: null }, "value.hidden"],
    ["tags", ["甲", "乙"], "甲、乙"],
    ["text", null, ""],
  ])("%s", (type, value, wanted) =>
    expect(kindOf(field(type)).text(field(type), value, context)).toBe(wanted),
  );

  it("says the label of a code, and the code itself when the dictionary has lost it", () => {
    const grade = field("choice", { choices: [{ value: "A", label: "甲级", color: null, active: false }] });
    expect(kindOf(grade).text(grade, "A", context)).toBe("甲级");
    expect(kindOf(grade).text(grade, "Z", context)).toBe("Z");
  });
});

it("shows an unknown type as text instead of breaking", () => {
  expect(kindOf(field("hologram")).text(field("hologram"), "x", context)).toBe("x");
  expect(knownTypes()).not.toContain("hologram");
});

it("knows every type the interface names", () => {
  const named =
    "text long_text number integer money percent date instant bool choice multi_choice tags user department reference phone email url address number_series";
  for (const type of named.split(" ")) expect(knownTypes()).toContain(type);
});

it("does not move a date through a zone", () => {
  expect(dateText("2026-01-01")).toBe("2026-01-01");
  expect(instantText("2025-12-31T23:00:00Z", { timeZone: "America/New_York" })).toBe("2025-12-31 18:00");
});

it("gives an amount the currency of its record, and leaves a masked one as it is", () => {
  const amount = field("money", { currency_field: "currency" });
  const text = (value: unknown, record?: RecordData) => kindOf(amount).text(amount, value, context, record);
  expect(text("1200", { id: "1", version: 1, currency: "USD" })).toBe("US$1,200.00");
  expect(text("1200")).toBe("¥1,200.00");
  expect(text("****")).toBe("****");
});

it("gives magnitudes in the reader's own units", () => {
  expect(magnitude("12345678", "zh-CN")).toBe("1,234.57万");
  expect(magnitude("12345678", "en")).toBe("12.35M");
  expect(moneyText(undefined, field("money"))).toBe("");
  expect(percentText(null)).toBe("");
  expect(addressText({ region_label: "浙江省/杭州市", detail: null })).toBe("浙江省/杭州市");
});

describe("amounts in several currencies", () => {
  const amount = field("money", { currency_field: "currency", base_field: "worth" });

  it.each([
    ["USD", "US$5.00", "¥35.40"],
    ["CNY", "¥5.00", ""],
  ])("in %s", (currency, shown, worth) => {
    const record = { id: "1", currency, worth: "35.40" } as unknown as RecordData;
    expect(moneyText("5", amount, record)).toBe(shown);
    expect(worthText(amount, record)).toBe(worth);
  });

  it("bears no sign where the reader may not know the currency", () => {
    expect(moneyText("5", field("money", { currency: "" }))).toBe("5.00");
  });
});
