/** Days of a calendar as plain `YYYY-MM-DD` words; instants belong to the day they have in the reader's zone. */
import type { Span } from "../model/layout-options";

const DAY_MS = 86_400_000;

function at(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

export function addDays(day: string, count: number): string {
  return new Date(at(day) + count * DAY_MS).toISOString().slice(0, 10);
}

export function addMonths(day: string, count: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const first = new Date(Date.UTC(year, month - 1 + count, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(date, last));
  return first.toISOString().slice(0, 10);
}

/** 1 Monday … 7 Sunday. */
export function weekday(day: string): number {
  return new Date(at(day)).getUTCDay() || 7;
}

export function monday(day: string): string {
  return addDays(day, 1 - weekday(day));
}

/** The days a span shows around `day`; a month in whole weeks. */
export function daysOf(day: string, span: Span): string[] {
  if (span === "day") return [day];
  if (span === "week") return Array.from({ length: 7 }, (_, n) => addDays(monday(day), n));
  const first = monday(`${day.slice(0, 8)}01`);
  const after = addMonths(`${day.slice(0, 8)}01`, 1);
  const weeks = Math.ceil((at(after) - at(first)) / DAY_MS / 7);
  return Array.from({ length: weeks * 7 }, (_, n) => addDays(first, n));
}

export function step(day: string, span: Span, by: number): string {
  if (span === "month") return addMonths(day, by);
  return addDays(day, by * (span === "week" ? 7 : 1));
}

function parts(value: number, timeZone: string): Record<string, string> {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  return Object.fromEntries(format.formatToParts(value).map((part) => [part.type, part.value]));
}

export function today(timeZone: string, now = Date.now()): string {
  const { year, month, day } = parts(now, timeZone);
  return `${year}-${month}-${day}`;
}

/** The day of a date or instant. */
export function dayOf(value: string, timeZone: string): string {
  return value.length > 10 ? today(timeZone, Date.parse(value)) : value;
}

/** "09:30" of an instant; nothing of a date. */
export function timeOf(value: string, timeZone: string): string {
  if (value.length <= 10) return "";
  const { hour, minute } = parts(Date.parse(value), timeZone);
  return `${hour}:${minute}`;
}

/** The instant at which a clock in the zone shows this; where it is skipped (summer time), the next one. */
export function instantAt(day: string, time: string, timeZone: string): string {
  const wanted = Date.parse(`${day}T${time}Z`);
  let guess = wanted;
  for (let n = 0; n < 2; n += 1) {
    const { year, month, day: d, hour, minute, second } = parts(guess, timeZone);
    guess += wanted - Date.parse(`${year}-${month}-${d}T${hour}:${minute}:${second}Z`);
  }
  return new Date(guess).toISOString();
}

/** The value on another day: an instant keeps its time of day. */
export function movedTo(value: string, day: string, timeZone: string): string {
  if (value.length <= 10) return day;
  const { hour, minute, second } = parts(Date.parse(value), timeZone);
  return instantAt(day, `${hour}:${minute}:${second}`, timeZone);
}

/** First and (excluded) last edge of these days, as the field compares them. */
export function edges(
  days: readonly string[],
  instants: boolean,
  timeZone: string,
): { from: string; to: string } {
  const first = days[0] ?? "";
  const after = addDays(days[days.length - 1] ?? first, 1);
  if (!instants) return { from: first, to: after };
  return { from: instantAt(first, "00:00:00", timeZone), to: instantAt(after, "00:00:00", timeZone) };
}
