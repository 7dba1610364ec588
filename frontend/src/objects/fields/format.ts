import { comma } from "@/i18n/index";
import { baseCurrency, formatMoney } from "@/kit/money";
import type { Choice, FieldMeta, RecordData } from "../model/meta";
import { isReference } from "../model/meta";
import { groupDigits, inMillions, inWan } from "../model/numbers";
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

/** With its currency: the record's own where the field names one. */
export function moneyText(value: unknown, field: FieldMeta, record?: RecordData): string {
  if (typeof value !== "string" && typeof value !== "number") return "";
  // A masked amount comes as stars, which are of no currency.
  return /\d/.test(String(value)) ? formatMoney(value, currencyOf(field, record)) : String(value);
}

export function currencyOf(field: FieldMeta, record?: RecordData): string {
  if (field.currency === "") return "";
  const code = field.currency || (field.currency_field ? record?.[field.currency_field] : null);
  return typeof code === "string" && code ? code : baseCurrency();
}

/** What an amount in another currency is worth in the company's; empty where that says nothing new. */
export function worthText(field: FieldMeta, record?: RecordData): string {
  const worth =
    field.base_field && currencyOf(field, record) !== baseCurrency() ? record?.[field.base_field] : null;
  return typeof worth === "string" ? formatMoney(worth) : "";
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

/** 1234567 bytes → "1.2 MB". */
export function sizeText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const amount = bytes / 1000 ** step;
  return `${step > 0 && amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${units[step]}`;
}

export function locationText(value: unknown): string {
  if (typeof value !== "object" || value === null) return typeof value === "string" ? value : "";
  const { lat, lng, address } = value as { lat?: unknown; lng?: unknown; address?: unknown };
  if (typeof address === "string" && address) return address;
  return typeof lat === "number" && typeof lng === "number" ? `${lat}, ${lng}` : "";
}

export function addressText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return "";
  const { region_label: region, detail } = value as { region_label?: string | null; detail?: string | null };
  return [region, detail].filter(Boolean).join(" ");
}

export function listText(value: unknown, one: (item: unknown) => string): string {
  return Array.isArray(value) ? value.map(one).join(comma()) : "";
}
