import { expect, it } from "vitest";
import { asOfSaving, defaultOf } from "./defaults";
import { paramAsField } from "./meta";

const me = { id: "u1", name: "周宁", department: { id: "d1", label: "华东" } };
const now = new Date("2026-11-22T03:00:00Z");
const field = (type: string, value: unknown) => ({
  ...paramAsField({
    name: "x",
    type: type as "text",
    label: "某",
    required: false,
    target: null,
    choices: null,
  }),
  default: value as string,
});

it("begins with what depends on who and when, and with plain values as they are", () => {
  expect(defaultOf(field("date", "today"), me, "2026-11-22", now)).toBe("2026-11-22");
  expect(defaultOf(field("date", "2027-01-01"), me, "2026-11-22", now)).toBe("2027-01-01");
  expect(defaultOf(field("instant", "now"), me, "2026-11-22", now)).toBe("2026-11-22T03:00:00.000Z");
  expect(defaultOf(field("user", "me"), me, "2026-11-22", now)).toEqual({ id: "u1", label: "周宁" });
  expect(defaultOf(field("department", "my_department"), me, "2026-11-22", now)).toEqual(me.department);
  expect(defaultOf(field("text", "today"), me, "2026-11-22", now)).toBe("today");
  expect(defaultOf(field("text", null), me, "2026-11-22", now)).toBeUndefined();
});

it("dates a moment nobody touched when it is saved, and keeps one that was chosen", () => {
  const fields = [field("instant", "now")];
  const opened = "2026-11-22T03:00:00.000Z";
  const saved = "2026-11-22T09:30:00.000Z";
  expect(asOfSaving(fields, { x: opened }, {}, saved)).toEqual({ x: saved });
  expect(asOfSaving(fields, { x: opened }, { x: opened }, saved)).toEqual({ x: opened });
  expect(asOfSaving(fields, {}, {}, saved)).toEqual({});
});
