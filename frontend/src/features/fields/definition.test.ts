import { expect, it } from "vitest";
import { asMeta, changesOf, type Definition, draftOf, emptyDraft, retyped } from "./definition";

it("sends of a new field what says something, of a known one what differs", () => {
  const draft = { ...emptyDraft("number", "basic"), label_zh: "设备台数", decimals: 0 };
  expect(changesOf(draft, null)).toMatchObject({ type: "number", label_zh: "设备台数", decimals: 0 });
  expect(changesOf(draft, null)).not.toHaveProperty("choices");
  const start = draftOf({ ...draft, version: 3, name: "custom.f_1" } as unknown as Definition);
  expect(changesOf(start, start)).toEqual({});
  expect(changesOf({ ...start, required: true }, start)).toEqual({ required: true });
});

it("looks in the preview as it will in a form", () => {
  const choice = { value: "", label_zh: "甲", label_en: "A", color: "blue", active: true };
  const draft = {
    ...emptyDraft("choice", "basic"),
    label_zh: "级别",
    choices: [choice, { ...choice, active: false }],
  };
  expect(asMeta(draft, true, null).choices?.map((one) => one.label)).toEqual(["A"]);
  expect(asMeta(draft, false, null).label).toBe("级别");
  expect(asMeta({ ...draft, type: "user" }, false, null).target).toBe("users");
  expect(asMeta({ ...draft, type: "formula" }, false, "money")).toMatchObject({
    type: "money",
    computed: true,
  });
});

it("lets go of what another type does not have, so that nothing out of sight is refused", () => {
  const draft = {
    ...emptyDraft("text", "basic"),
    label_zh: "序列号",
    unique: true,
    required: true,
    max_length: 20,
    default: "x",
  };
  const date = retyped(draft, { type: "date", label: "日期", options: [] });
  expect({ ...draft, ...date }).toMatchObject({
    type: "date",
    unique: false,
    required: true,
    max_length: null,
  });
  expect(date.default).toBeNull();
  const formula = retyped(draft, { type: "formula", label: "公式", options: ["formula", "decimals"] });
  expect({ ...draft, ...formula, formula: "1" }).toMatchObject({
    required: false,
    unique: false,
    formula: "1",
  });
  const number = retyped(draft, { type: "number", label: "数字", options: ["min", "max", "unique"] });
  expect({ ...draft, ...number }).toMatchObject({ unique: true, required: true });
});
