/** What a form begins with: a field's own default, or the one that depends on who fills it in and when. */
import type { Me } from "@/api/types";
import type { FieldMeta } from "./meta";

type Beginner = Pick<Me, "id" | "name" | "department">;

export function defaultOf(field: FieldMeta, me: Beginner, today: string, now = new Date()): unknown {
  const { type, default: value } = field;
  if (type === "date" && value === "today") return today;
  if (type === "instant" && value === "now") return now.toISOString();
  if (type === "user" && value === "me") return { id: me.id, label: me.name };
  if (type === "department" && value === "my_department") return me.department;
  return value ?? undefined;
}

/**
 * Values as they are saved: a moment that began as now and was left alone is that of saving, not of opening the form. What waits for a
 * network so keeps when it was written.
 */
export function asOfSaving(
  fields: FieldMeta[],
  values: Record<string, unknown>,
  changes: Record<string, unknown>,
  now: string,
): Record<string, unknown> {
  const moments = fields.filter(
    ({ name, type, default: value }) =>
      type === "instant" && value === "now" && values[name] && !(name in changes),
  );
  return { ...values, ...Object.fromEntries(moments.map((field) => [field.name, now])) };
}
