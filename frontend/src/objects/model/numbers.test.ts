import { describe, expect, it } from "vitest";
import { groupDigits, inMillions, inWan, readDecimal, withPlaces } from "./numbers";

describe("readDecimal", () => {
  it.each([
    ["1,234.5", "1234.5"],
    ["１２３．４", "123.4"],
    ["1.5万", "15000"],
    ["1.23456万", "12345.6"],
    ["2亿", "200000000"],
    ["-3万", "-30000"],
    ["007", "7"],
    [".5", "0.5"],
    ["12345678901234567890.12", "12345678901234567890.12"],
  ])("%s is %s", (typed, wanted) => expect(readDecimal(typed)).toBe(wanted));
  it.each(["", "abc", "1.2.3", "--1", "万", "1e5", "¥ 12", "US$5"])("%j is no number", (typed) =>
    expect(readDecimal(typed)).toBeNull(),
  );
});

it.each([
  ["1234567.5", "1,234,567.5"],
  ["-1000", "-1,000"],
  ["999", "999"],
  ["", ""],
])("groups %s", (value, wanted) => expect(groupDigits(value)).toBe(wanted));

it.each([
  ["1", 2, "1.00"],
  ["1.005", 2, "1.01"],
  ["1.994", 2, "1.99"],
  ["9.999", 2, "10.00"],
  ["-0.001", 2, "0.00"],
  ["90071992547409931.25", 1, "90071992547409931.3"],
])("%s to %i places", (value, places, wanted) => expect(withPlaces(value, places)).toBe(wanted));

it.each([
  ["9999", ""],
  ["10000", "1万"],
  ["12345678.00", "1,234.57万"],
  ["-250000000", "-2.5亿"],
  ["100000000", "1亿"],
])("%s reads as %s", (value, wanted) => expect(inWan(value)).toBe(wanted));

it.each([
  ["999999", ""],
  ["1500000", "1.5M"],
  ["2000000000", "2B"],
])("%s reads as %s in English", (value, wanted) => expect(inMillions(value)).toBe(wanted));
