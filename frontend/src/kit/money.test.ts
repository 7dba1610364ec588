import { describe, expect, it } from "vitest";
import { formatDecimal, formatMoney, formatShort, formatShortMoney, setBaseCurrency } from "./money";

describe("amounts", () => {
  it.each([
    ["1234567.5", "¥1,234,567.50"],
    ["-0.1", "¥-0.10"],
    ["123456789012345678.99", "¥123,456,789,012,345,678.99"],
    ["0", "¥0.00"],
  ])("%s is %s", (value, shown) => {
    expect(formatMoney(value)).toBe(shown);
  });

  it("leaves what is no number as it is", () => {
    expect(formatDecimal("138****1234")).toBe("138****1234");
  });

  it.each([
    [9999, "zh-CN", "9,999"],
    [12_000, "zh-CN", "1.2 万"],
    [5_418_000, "zh-CN", "542 万"],
    [320_000_000, "zh-CN", "3.2 亿"],
    [12_000, "en", "12K"],
    [5_418_000, "en", "5.4M"],
  ] as const)("%s in %s is short %s", (value, locale, shown) => {
    expect(formatShort(value, locale)).toBe(shown);
  });
});

describe("currencies", () => {
  it("shows each in its own sign, and sums in the company's", () => {
    expect(formatMoney("5", "USD")).toBe("US$5.00");
    expect(formatMoney("5.00", "JPY")).toBe("JP¥5");
    expect(formatMoney("5", "CHF")).toBe("CHF 5.00");
    expect(formatMoney("5", "")).toBe("5.00");
    setBaseCurrency("USD");
    expect([formatMoney("5"), formatShortMoney(20_000)]).toEqual(["US$5.00", "US$2 万"]);
    setBaseCurrency("CNY");
  });
});
