import { describe, expect, it } from "vitest";
import { isAskedFor, isShown, matches } from "./condition";
import type { Filter } from "./filter";
import type { FieldMeta } from "./meta";

const reader = { me: "u1", today: "2026-11-22" };
const values = {
  kind: "company",
  devices: "12.50",
  owner: { id: "u1", label: "王芳" },
  tags: ["a", "b"],
  due: "2026-11-20",
  blank: "",
  name: "Ab Works",
};

describe("a condition on what is typed", () => {
  it.each<[Filter, boolean]>([
    [{ field: "kind", op: "eq", value: "company" }, true],
    [{ field: "kind", op: "ne", value: "company" }, false],
    [{ field: "blank", op: "ne", value: "x" }, true],
    [{ field: "kind", op: "in", value: ["person", "company"] }, true],
    [{ field: "kind", op: "not_in", value: ["person"] }, true],
    [{ field: "devices", op: "gt", value: "9" }, true],
    [{ field: "devices", op: "eq", value: "12.5" }, true],
    [{ field: "devices", op: "between", value: ["13", "20"] }, false],
    [{ field: "blank", op: "lt", value: "9" }, false],
    [{ field: "owner", op: "eq", value: "me" }, true],
    [{ field: "due", op: "lt", value: "today" }, true],
    [{ field: "tags", op: "has", value: "b" }, true],
    [{ field: "tags", op: "has_any", value: ["c"] }, false],
    [{ field: "name", op: "contains", value: "works" }, true],
    [{ field: "name", op: "starts_with", value: "b" }, false],
    [{ field: "blank", op: "is_null", value: true }, true],
    [{ field: "kind", op: "is_null", value: false }, true],
    [{ not: { field: "kind", op: "eq", value: "company" } }, false],
    [
      {
        or: [
          { field: "kind", op: "eq", value: "x" },
          { field: "tags", op: "has", value: "a" },
        ],
      },
      true,
    ],
    [{ and: [] }, true],
    [{ or: [] }, false],
  ])("%o is %s", (filter, wanted) => expect(matches(filter, values, reader)).toBe(wanted));

  it("hides nothing by a guess", () => {
    expect(matches({ field: "department", op: "under", value: "d1" }, values, reader)).toBe(true);
  });
});

it("shows and asks as the field says", () => {
  const when = { field: "kind", op: "eq" as const, value: "person" };
  const field = { name: "x", required: false, show_when: when, require_when: when } as unknown as FieldMeta;
  expect([isShown(field, values, reader), isAskedFor(field, values, reader)]).toEqual([false, false]);
  const person = { ...values, kind: "person" };
  expect([isShown(field, person, reader), isAskedFor(field, person, reader)]).toEqual([true, true]);
  expect(isAskedFor({ ...field, required: true }, values, reader)).toBe(true);
});
