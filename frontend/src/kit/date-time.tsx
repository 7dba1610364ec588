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

type Kind = "date" | "instant" | "relative" | "smart";

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

/** Today as a time, this week as "3 days ago", older as a date: what one wants to know while working. */
export function formatSmart(value: string, locale = currentLocale()): string {
  const at = localTime(value);
  if (!at.isValid()) return value;
  const now = localTime();
  if (at.isSame(now, "day")) return at.format("HH:mm");
  if (Math.abs(now.diff(at, "day")) < 7) return at.locale(locale === "zh-CN" ? "zh-cn" : "en").fromNow();
  return formatDate(at.format("YYYY-MM-DD"), locale);
}

const FORMAT: Record<Kind, (value: string, locale: "zh-CN" | "en") => string> = {
  date: formatDate,
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
    kind === "date" ? dayjs(value).format("YYYY-MM-DD") : localTime(value).format("YYYY-MM-DD HH:mm:ss");
  return (
    <time dateTime={value} title={full} className="km-num">
      {FORMAT[kind](value, locale)}
    </time>
  );
}
