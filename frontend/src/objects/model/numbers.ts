/**
 * Amounts come as decimal strings and stay strings: a binary float would lose fen on large sums.
 */
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/;

/**
 * What people type or paste: full-width digits, group commas, 万 and 亿. Null when it is no number, and when a sign says in which currency
 * it is: the server knows whether that is the record's.
 */
export function readDecimal(text: string): string | null {
  const narrow = text
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/[，,\s]/g, "")
    .replace(/．|。/g, ".")
    .replace(/－/g, "-");
  const unit = narrow.endsWith("亿") ? 8 : narrow.endsWith("万") ? 4 : 0;
  const match = DECIMAL.exec(unit ? narrow.slice(0, -1) : narrow);
  if (!match || (!match[2] && !match[3])) return null;
  const fraction = match[3] ?? "";
  const moved = `${match[2]}${fraction.padEnd(unit, "0").slice(0, unit)}`;
  const rest = fraction.slice(unit);
  const whole = moved.replace(/^0+(?=\d)/, "") || "0";
  return `${match[1] === "-" ? "-" : ""}${whole}${rest ? `.${rest}` : ""}`;
}

export function groupDigits(value: string): string {
  const match = DECIMAL.exec(value);
  if (!match || (!match[2] && !match[3])) return value;
  const whole = (match[2] || "0").replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${match[1] === "-" ? "-" : ""}${whole}${match[3] ? `.${match[3]}` : ""}`;
}

/** Cuts or pads to so many places; money shows two, and none when there is nothing behind the point and it is asked. */
export function withPlaces(value: string, places: number): string {
  const match = DECIMAL.exec(value);
  if (!match) return value;
  const negative = match[1] === "-";
  const digits = `${match[2] || "0"}${(match[3] ?? "").padEnd(places + 1, "0")}`;
  const keep = (match[2] || "0").length + places;
  let scaled = BigInt(digits.slice(0, keep));
  if ((digits[keep] ?? "0") >= "5") scaled += 1n;
  const text = scaled.toString().padStart(places + 1, "0");
  const body = places > 0 ? `${text.slice(0, -places)}.${text.slice(-places)}` : text;
  return `${negative && scaled !== 0n ? "-" : ""}${body}`;
}

/** 12345678.00 → "1,234.57万": read beside the field while typing. Empty below ten thousand, where nothing is gained. */
export function inWan(value: string): string {
  const match = DECIMAL.exec(value);
  if (!match) return "";
  const whole = (match[2] ?? "").replace(/^0+/, "");
  const sign = match[1] === "-" ? "-" : "";
  if (whole.length >= 9) return `${sign}${scaled(whole, 8)}亿`;
  if (whole.length >= 5) return `${sign}${scaled(whole, 4)}万`;
  return "";
}

function scaled(whole: string, power: number): string {
  const text = withPlaces(`${whole.slice(0, -power)}.${whole.slice(-power)}`, 2);
  return groupDigits(text.replace(/\.?0+$/, ""));
}

/** Millions and billions for readers of English, in the same place. */
export function inMillions(value: string): string {
  const match = DECIMAL.exec(value);
  const whole = (match?.[2] ?? "").replace(/^0+/, "");
  const sign = match?.[1] === "-" ? "-" : "";
  if (whole.length >= 10) return `${sign}${scaled(whole, 9)}B`;
  if (whole.length >= 7) return `${sign}${scaled(whole, 6)}M`;
  return "";
}
