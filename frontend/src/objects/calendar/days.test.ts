import { describe, expect, it } from "vitest";
import { addMonths, dayOf, daysOf, edges, instantAt, movedTo, step, timeOf, weekday } from "./days";

const SHANGHAI = "Asia/Shanghai";

describe("the days of a calendar", () => {
  it("shows a month in whole weeks from Monday", () => {
    const days = daysOf("2026-11-22", "month");
    expect([days[0], days.at(-1), days.length]).toEqual(["2026-10-26", "2026-12-06", 42]);
    expect(daysOf("2027-02-10", "month")).toHaveLength(28);
    expect(daysOf("2026-11-22", "week")[0]).toBe("2026-11-16");
    expect(weekday("2026-11-22")).toBe(7);
  });
  it("steps by month to a day that exists", () => {
    expect(addMonths("2026-01-31", 1)).toBe("2026-02-28");
    expect(step("2026-12-15", "month", 1)).toBe("2027-01-15");
    expect(step("2026-03-01", "day", -1)).toBe("2026-02-28");
  });
  it("puts an instant on the day it has in the reader's zone", () => {
    expect(dayOf("2026-11-21T17:00:00Z", SHANGHAI)).toBe("2026-11-22");
    expect(timeOf("2026-11-21T17:05:00Z", SHANGHAI)).toBe("01:05");
    expect(dayOf("2026-11-21", SHANGHAI)).toBe("2026-11-21");
  });
  it("moves to another day and keeps the time of day, also over a change to summer time", () => {
    expect(movedTo("2026-11-21T01:30:00Z", "2026-11-25", SHANGHAI)).toBe("2026-11-25T01:30:00.000Z");
    expect(movedTo("2026-03-28T08:00:00Z", "2026-03-30", "Europe/Berlin")).toBe("2026-03-30T07:00:00.000Z");
    expect(movedTo("2026-11-21", "2026-11-25", SHANGHAI)).toBe("2026-11-25");
  });
  it("asks for whole days of the reader", () => {
    expect(edges(["2026-11-21", "2026-11-22"], true, SHANGHAI)).toEqual({
      from: "2026-11-20T16:00:00.000Z",
      to: "2026-11-22T16:00:00.000Z",
    });
    expect(edges(["2026-11-21"], false, SHANGHAI)).toEqual({ from: "2026-11-21", to: "2026-11-22" });
    expect(instantAt("2026-11-21", "00:00:00", "UTC")).toBe("2026-11-21T00:00:00.000Z");
  });
});
