/**
 * What a layout needs besides conditions, order and columns: the groups and figures of a grouped table, the field and
 * sum of a board, the date of a calendar. A view keeps them; the address names those that were changed.
 */
import type { Measure, MeasureOp } from "./filter";

export const LAYOUTS = ["table", "groups", "board", "calendar"] as const;
export type Layout = (typeof LAYOUTS)[number];

export const SPANS = ["month", "week", "day"] as const;
export type Span = (typeof SPANS)[number];

export const PERIODS = ["day", "week", "month", "quarter", "year"] as const;

export type LayoutOptions = {
  /** Levels of the grouped table, dates with their period: `created_at:month`. */
  group: string[];
  measures: Measure[];
  /** What groups are sorted by: `key`, `count` or a figure's name, with `-` from the top; empty: as suits the field. */
  order: string;
  /** The field whose values are the board's columns. */
  column: string;
  /** The number each column sums. */
  sum: string;
  /** Board columns folded away. */
  hidden: string[];
  /** The field a calendar stands by. */
  date: string;
  span: Span;
};

export const NO_OPTIONS: LayoutOptions = {
  group: [],
  measures: [],
  order: "",
  column: "",
  sum: "",
  hidden: [],
  date: "",
  span: "month",
};

const LEVELS = 2;
const MEASURES = 6;
/** In the address: taken away on purpose, where the view has something. */
const NONE = "-";
const NAME = /^[a-z][a-z0-9_.]*$/;
const LEVEL = /^[a-z][a-z0-9_.]*(:(day|week|month|quarter|year))?$/;

function words(raw: unknown): string[] | null {
  if (typeof raw !== "string" || raw === "") return null;
  return raw === NONE ? [] : raw.split(",").filter(Boolean);
}

export function measureName(measure: Measure): string {
  return measure.op === "count" ? "count" : `${measure.op}_${measure.field}`;
}

function readMeasure(text: string): Measure | null {
  const [op = "", field = ""] = text.split(":");
  if (!["sum", "avg", "min", "max"].includes(op) || !NAME.test(field)) return null;
  return { op: op as MeasureOp, field };
}

/** The options an address names; anything it should not hold is dropped. */
export function decodeOptions(search: Record<string, unknown>): Partial<LayoutOptions> {
  const found: Partial<LayoutOptions> = {};
  const group = words(search.group);
  if (group) found.group = group.filter((one) => LEVEL.test(one)).slice(0, LEVELS);
  const measures = words(search.measures);
  if (measures)
    found.measures = measures
      .map(readMeasure)
      .filter((one): one is Measure => one !== null)
      .slice(0, MEASURES);
  const hidden = words(search.hidden);
  if (hidden) found.hidden = hidden;
  for (const key of ["column", "sum", "date", "order"] as const) {
    const raw = search[key];
    if (raw === NONE) found[key] = "";
    else if (typeof raw === "string" && NAME.test(key === "order" ? raw.replace("-", "") : raw))
      found[key] = raw;
  }
  const span = SPANS.find((one) => one === search.span);
  if (span) found.span = span;
  return found;
}

export function encodeOptions(options: Partial<LayoutOptions>): Record<string, string> {
  const search: Record<string, string> = {};
  const list = (parts: string[]) => (parts.length > 0 ? parts.join(",") : NONE);
  if (options.group) search.group = list(options.group);
  if (options.measures) search.measures = list(options.measures.map((one) => `${one.op}:${one.field ?? ""}`));
  if (options.hidden) search.hidden = list(options.hidden);
  for (const key of ["column", "sum", "date", "order"] as const) {
    const value = options[key];
    if (value !== undefined) search[key] = value || NONE;
  }
  if (options.span) search.span = options.span;
  return search;
}

/** What a view keeps, read with the same care as an address: it may have been made by a later build. */
export function keptOptions(raw: unknown): LayoutOptions {
  const kept = (typeof raw === "object" && raw !== null ? raw : {}) as Partial<LayoutOptions>;
  const plain = {
    ...kept,
    group: Array.isArray(kept.group) ? list(kept.group) : undefined,
    hidden: Array.isArray(kept.hidden) ? list(kept.hidden) : undefined,
    measures: Array.isArray(kept.measures)
      ? list(kept.measures.map((one) => `${one.op}:${one.field ?? ""}`))
      : undefined,
  };
  return { ...NO_OPTIONS, ...decodeOptions(plain) };
}

function list(parts: string[]): string {
  return parts.join(",") || NONE;
}

/** Only what is set, as the server keeps it. */
export function toKeep(options: LayoutOptions): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(NO_OPTIONS) as (keyof LayoutOptions)[]) {
    if (JSON.stringify(options[key]) !== JSON.stringify(NO_OPTIONS[key])) kept[key] = options[key];
  }
  return kept;
}

export function sameOptions(a: LayoutOptions, b: LayoutOptions): boolean {
  return JSON.stringify(toKeep(a)) === JSON.stringify(toKeep(b));
}
