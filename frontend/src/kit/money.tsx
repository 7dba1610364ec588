import { currentLocale, useLocale } from "@/i18n/index";

const SYMBOLS: Record<string, string> = { CNY: "¥", USD: "US$", EUR: "€", HKD: "HK$", JPY: "JP¥", GBP: "£" };
let base = "CNY";

/** The company's currency, in which all sums are; set once it is known who is signed in. */
export function setBaseCurrency(code: string): void {
  base = code;
}

export function baseCurrency(): string {
  return base;
}

/** Empty for an amount of which it is not known in what it is. */
function signOf(currency: string): string {
  return SYMBOLS[currency] ?? (currency && `${currency} `);
}
const NO_CENTS = new Set(["JPY", "KRW", "VND"]);

/** Groups the digits of a decimal string without going through a float: amounts may be longer than a double holds. */
export function formatDecimal(value: string | number, places?: number): string {
  const text = String(value).trim();
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (!match) return text;
  const [, sign, whole = "0", fraction = ""] = match;
  const digits = places === undefined ? fraction : fraction.slice(0, places).padEnd(places, "0");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${sign}${grouped}${digits ? `.${digits}` : ""}`;
}

export function formatMoney(value: string | number | null | undefined, currency = base): string {
  if (value === null || value === undefined || value === "") return "";
  return `${signOf(currency)}${formatDecimal(value, NO_CENTS.has(currency) ? 0 : 2)}`;
}

/** 1,234,500 → 123.5 万 in Chinese, 1.2M in English: for tiles, sums and axes, never where a figure is edited. */
export function formatShort(value: string | number, locale = currentLocale()): string {
  const number = Number(value);
  if (!Number.isFinite(number)) return String(value);
  const size = Math.abs(number);
  if (locale === "zh-CN") {
    if (size >= 1e8) return `${trim(number / 1e8)} 亿`;
    if (size >= 1e4) return `${trim(number / 1e4)} 万`;
  } else {
    if (size >= 1e9) return `${trim(number / 1e9)}B`;
    if (size >= 1e6) return `${trim(number / 1e6)}M`;
    if (size >= 1e4) return `${trim(number / 1e3)}K`;
  }
  return formatDecimal(String(Math.round(number * 100) / 100));
}

/** A sum of the company's in short, where there is room for text only (charts). */
export function formatShortMoney(value: number): string {
  return `${signOf(base)}${formatShort(value)}`;
}

function trim(value: number): string {
  const text = Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(1);
  return formatDecimal(text.replace(/\.0$/, ""));
}

type MoneyProps = { value: string | number | null | undefined; currency?: string | null; short?: boolean };

/** An amount: tabular figures, exact in the title when shown short. Right-align the cell that holds it. */
export function Money({ value, currency, short }: MoneyProps) {
  const locale = useLocale();
  if (value === null || value === undefined || value === "") return <span>–</span>;
  const exact = formatMoney(value, currency ?? base);
  if (!short) return <span className="km-num">{exact}</span>;
  return (
    <span className="km-num" title={exact}>
      {signOf(currency ?? base)}
      {formatShort(value, locale)}
    </span>
  );
}
