/** What a grouped table may group by and measure, and how a group is called. No React, no network. */
import type { AggregateGroup } from "@/api/types";
import type { Measure } from "../model/filter";
import { PERIODS } from "../model/layout-options";
import { type FieldMeta, fieldOf, type ObjectMeta } from "../model/meta";

const NUMBERS = ["money", "number", "integer", "percent"];
const DATES = ["date", "instant"];

export function isDated(field: FieldMeta): boolean {
  return DATES.includes(field.type);
}

export function groupableFields(meta: ObjectMeta): FieldMeta[] {
  return meta.fields.filter((field) => field.groupable);
}

export function measurableFields(meta: ObjectMeta): FieldMeta[] {
  return meta.fields.filter((field) => field.filterable && NUMBERS.includes(field.type));
}

/** `created_at:month` → its field and period. */
export function levelOf(meta: ObjectMeta, level: string): { field: FieldMeta; period: string } | null {
  const [name = "", period = ""] = level.split(":");
  const field = fieldOf(meta, name);
  return field?.groupable ? { field, period } : null;
}

export function levelFor(field: FieldMeta): string {
  return isDated(field) ? `${field.name}:month` : field.name;
}

export function withPeriod(level: string, period: string): string {
  return `${level.split(":")[0]}:${period}`;
}

/** Where nobody has chosen yet: what the board stands by, a quick filter, else the first that can be grouped by. */
export function firstLevel(meta: ObjectMeta): string[] {
  const names = [meta.board?.group_field ?? "", ...meta.list.quick_filters];
  const known = names.map((name) => fieldOf(meta, name)).find((field) => field?.groupable);
  const field = known ?? groupableFields(meta)[0];
  return field ? [levelFor(field)] : [];
}

/** Levels that still exist and may be grouped by. */
export function levelsOf(meta: ObjectMeta, chosen: readonly string[]): string[] {
  const known = chosen.filter((level) => levelOf(meta, level) !== null);
  return known.length > 0 ? known : firstLevel(meta);
}

export function measuresOf(meta: ObjectMeta, chosen: readonly Measure[]): Measure[] {
  const names = new Set(measurableFields(meta).map((field) => field.name));
  return chosen.filter((measure) => measure.field !== undefined && names.has(measure.field));
}

/** Dates from the newest, choices in their own order, the rest by how many there are. */
export function usualOrder(meta: ObjectMeta, level: string): string {
  const found = levelOf(meta, level);
  if (!found) return "-count";
  if (isDated(found.field)) return "-key";
  return found.field.choices ? "key" : "-count";
}

/** A click on a head sorts from the top, the next one from the bottom. */
export function nextOrder(current: string, name: string): string {
  return current === `-${name}` ? name : `-${name}`;
}

export function keyOf(group: AggregateGroup, level: string): unknown {
  return group.key[level] ?? null;
}

type Words = { t: (key: string, params?: Record<string, string | number>) => string };

/** A period by its first day: "2026年11月", "2026年第四季度". */
export function periodText(day: string, period: string, { t }: Words): string {
  const [year = "", month = ""] = day.split("-");
  const index = Number(month);
  if (period === "year") return t("groups.year", { year });
  if (period === "quarter") return t("groups.quarter", { year, quarter: Math.ceil(index / 3) });
  if (period === "month") return t("groups.month", { year, month: index });
  if (period === "week") return t("groups.week", { day });
  return day;
}

export function isPeriod(text: string): boolean {
  return (PERIODS as readonly string[]).includes(text);
}
