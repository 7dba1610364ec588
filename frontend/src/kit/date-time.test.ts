import { afterEach, describe, expect, it } from "vitest";
import { formatDate, formatInstant, localTime, setDisplayZone } from "./date-time";

describe("times on screen", () => {
  afterEach(() => setDisplayZone(undefined));

  it("shows an instant on the person's clock", () => {
    setDisplayZone("Asia/Shanghai");
    expect(localTime("2026-03-31T20:30:00Z").format("YYYY-MM-DD HH:mm")).toBe("2026-04-01 04:30");
    expect(formatInstant("2020-03-31T20:30:00Z", "zh-CN")).toBe("2020年4月1日 04:30");
  });

  it("leaves a date alone, whatever the zone", () => {
    setDisplayZone("America/Los_Angeles");
    expect(formatDate("2020-04-01", "zh-CN")).toBe("2020年4月1日");
  });

  it("falls back to the browser's clock for a zone it does not know", () => {
    setDisplayZone("Mars/Olympus");
    expect(localTime("2026-03-31T20:30:00Z").isValid()).toBe(true);
  });
});
