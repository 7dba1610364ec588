import dayjs from "dayjs";
import relativeTime from "dayjs/plugin/relativeTime";
import timezone from "dayjs/plugin/timezone";
import utc from "dayjs/plugin/utc";
import { currentLocale, useLocale } from "@/i18n/index";

dayjs.extend(relativeTime);
dayjs.extend(utc);
dayjs.extend(timezone);

let zone: string | undefined;

/** Instants are shown in the person's own zone, wherever the browser is. */
export function setDisplayZone(name: string | undefined): void {
  try {
    if (name) dayjs().tz(name);
    zone = name;
  } catch {
    zone = undefined; // A zone this browser does not know: its own clock is the next best.
  }
}

/** An instant on the person's clock. */
export function localTime(value?: string | Date): dayjs.Dayjs {
  const at = dayjs(value);
  return zone && at.isValid() ? at.tz(zone) : at;
}

/** The first moment of a calendar day on the person's clock. */
export function startOfDay(day: string): dayjs.Dayjs {
  return zone ? dayjs.tz(`${day} 00:00`, zone) : dayjs(`${day}T00:00`);
}

type Kind = "date" | "day" | "instant" | "relative" | "smart";

/** A date has no zone and is shown as it is; an instant is shown in the viewer's own time. */
export function formatDate(value: string, locale = currentLocale()): string {
  const day = dayjs(value);
  if (!day.isValid()) return value;
  const sameYear = day.year() === localTime().year();
  if (locale === "zh-CN") return day.format(sameYear ? "M月D日" : "YYYY年M月D日");
  return day.format(sameYear ? "D MMM" : "D MMM YYYY");
}

export function formatInstant(value: string, locale = currentLocale()): string {
  const at = localTime(value);
  if (!at.isValid()) return value;
  return `${formatDate(at.format("YYYY-MM-DD"), locale)} ${at.format("HH:mm")}`;
}

const NEAR = {
  "zh-CN": ["昨天", "今天", "明天"],
  en: ["Yesterday", "Today", "Tomorrow"],
} as const;

/** Days from today, on the person's clock; negative is past. */
export function daysFromToday(day: string): number {
  const today = localTime().format("YYYY-MM-DD");
  return dayjs(day.slice(0, 10)).diff(dayjs(today), "day");
}

/** Yesterday, today and tomorrow by name, else the date in few figures: for lists, where dates stand under each other. */
export function formatDay(value: string, locale = currentLocale()): string {
  const day = dayjs(value.slice(0, 10));
  if (!day.isValid()) return value;
  const near = NEAR[locale][daysFromToday(value) + 1];
  if (near) return near;
  const sameYear = day.year() === localTime().year();
  if (locale === "zh-CN") return day.format(sameYear ? "MM-DD" : "YYYY-MM-DD");
  return day.format(sameYear ? "D MMM" : "D MMM YYYY");
}

/** The same for a moment: with its time where the day is near, for further away the day is what one wants to know. */
export function formatSmart(value: string, locale = currentLocale()): string {
  const at = localTime(value);
  if (!at.isValid()) return value;
  const day = at.format("YYYY-MM-DD");
  const words = formatDay(day, locale);
  return Math.abs(daysFromToday(day)) > 1 ? words : `${words} ${at.format("HH:mm")}`;
}

const FORMAT: Record<Kind, (value: string, locale: "zh-CN" | "en") => string> = {
  date: formatDate,
  day: formatDay,
  instant: formatInstant,
  smart: formatSmart,
  relative: (value, locale) =>
    dayjs(value)
      .locale(locale === "zh-CN" ? "zh-cn" : "en")
      .fromNow(),
};

type DateTimeProps = { value: string | null | undefined; kind?: Kind };

export function DateTime({ value, kind = "instant" }: DateTimeProps) {
  const locale = useLocale();
  if (!value) return <span>–</span>;
  const full =
    kind === "date" || kind === "day"
      ? dayjs(value).format("YYYY-MM-DD")
      : localTime(value).format("YYYY-MM-DD HH:mm:ss");
  return (
    <time dateTime={value} title={full} className="km-num">
      {FORMAT[kind](value, locale)}
    </time>
  );
}
