import type { Choice, FieldMeta } from "../model/meta";
import { isReference } from "../model/meta";
import { groupDigits, inMillions, inWan, withPlaces } from "../model/numbers";
import type { FormatContext } from "./types";

export function choiceOf(field: FieldMeta, value: unknown): Choice | null {
  return field.choices?.find((choice) => choice.value === value) ?? null;
}

export function choiceText(field: FieldMeta, value: unknown): string {
  return choiceOf(field, value)?.label ?? (typeof value === "string" ? value : "");
}

export function referenceText(value: unknown, context: FormatContext): string {
  if (!isReference(value)) return typeof value === "string" ? value : "";
  return value.label ?? context.t("value.hidden");
}

export function moneyText(value: unknown): string {
  if (typeof value !== "string" && typeof value !== "number") return "";
  return groupDigits(withPlaces(String(value), 2));
}

/** 万 and 亿 for readers of Chinese, M and B for others; empty while the number is easily read as it is. */
export function magnitude(value: unknown, locale: string): string {
  const text = String(value ?? "");
  return locale.startsWith("zh") ? inWan(text) : inMillions(text);
}

export function numberText(value: unknown): string {
  if (typeof value !== "string" && typeof value !== "number") return "";
  const text = String(value);
  return groupDigits(text.includes(".") ? text.replace(/\.?0+$/, "") : text);
}

export function percentText(value: unknown): string {
  const text = numberText(value);
  return text && `${text}%`;
}

/** A date has no zone: taking it through a Date object would move it for readers west of Greenwich. */
export function dateText(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 10) : "";
}

const formats = new Map<string, Intl.DateTimeFormat>();

export function instantText(value: unknown, context: Pick<FormatContext, "timeZone">): string {
  if (typeof value !== "string" || value === "") return "";
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return value;
  let format = formats.get(context.timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: context.timeZone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
    formats.set(context.timeZone, format);
  }
  return format.format(date);
}

/** Days from today to a date, in the reader's zone; negative is past. */
export function daysUntil(value: string, timeZone: string, now = new Date()): number {
  const today = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(now);
  return Math.round(
    (Date.parse(`${value.slice(0, 10)}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / 86_400_000,
  );
}

export function addressText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return "";
  const { region_label: region, detail } = value as { region_label?: string | null; detail?: string | null };
  return [region, detail].filter(Boolean).join(" ");
}

export function listText(value: unknown, one: (item: unknown) => string): string {
  return Array.isArray(value) ? value.map(one).join("、") : "";
}
