import { expect, it } from "vitest";
import { trendPath } from "./trend-path";

it("draws days by their distance and sizes from nothing to the largest", () => {
  const days = [
    { day: "2026-11-01", size: 0 },
    { day: "2026-11-02", size: 50 },
    { day: "2026-11-05", size: 100 },
  ];
  expect(trendPath(days, 100, 54)).toBe("M0.0,52.0 L25.0,27.0 L100.0,2.0");
  expect(trendPath([], 100, 54)).toBe("");
});
