import { afterEach, describe, expect, it, vi } from "vitest";
import {
  daysFromToday,
  formatDate,
  formatDay,
  formatInstant,
  formatSmart,
  localTime,
  setDisplayZone,
} from "./date-time";

describe("times on screen", () => {
  afterEach(() => {
    setDisplayZone(undefined);
    vi.useRealTimers();
  });

  it("shows an instant on the person's clock", () => {
    setDisplayZone("Asia/Shanghai");
    expect(localTime("2026-03-31T20:30:00Z").format("YYYY-MM-DD HH:mm")).toBe("2026-04-01 04:30");
    expect(formatInstant("2020-03-31T20:30:00Z", "zh-CN")).toBe("2020年4月1日 04:30");
  });

  it("leaves a date alone, whatever the zone", () => {
    setDisplayZone("America/Los_Angeles");
    expect(formatDate("2020-04-01", "zh-CN")).toBe("2020年4月1日");
  });

  it.each([
    ["2026-11-22T01:30:00Z", "今天 09:30", "Today 09:30"],
    ["2026-11-21T10:20:00Z", "昨天 18:20", "Yesterday 18:20"],
    ["2026-11-23T01:00:00Z", "明天 09:00", "Tomorrow 09:00"],
    ["2026-11-19T04:00:00Z", "11-19", "19 Nov"],
    ["2025-11-19T04:00:00Z", "2025-11-19", "19 Nov 2025"],
  ])("%s is near or far", (value, zh, en) => {
    vi.useFakeTimers({ now: new Date("2026-11-22T04:00:00Z") });
    setDisplayZone("Asia/Shanghai");
    expect(formatSmart(value, "zh-CN")).toBe(zh);
    expect(formatSmart(value, "en")).toBe(en);
  });

  it("counts days by the reader's own midnight", () => {
    vi.useFakeTimers({ now: new Date("2026-11-21T17:00:00Z") });
    setDisplayZone("Asia/Shanghai");
    expect(daysFromToday("2026-11-22")).toBe(0);
    expect(formatDay("2026-11-21", "zh-CN")).toBe("昨天");
    setDisplayZone("America/New_York");
    expect(daysFromToday("2026-11-22")).toBe(1);
  });

  it("falls back to the browser's clock for a zone it does not know", () => {
    setDisplayZone("Mars/Olympus");
    expect(localTime("2026-03-31T20:30:00Z").isValid()).toBe(true);
  });
});
