type Day = { day: string; size: number };

/** An SVG path over days (by their distance in time) and sizes (from nothing to the largest), y pointing down. */
export function trendPath(days: readonly Day[], width: number, height: number): string {
  const at = (day: string) => Date.parse(`${day}T00:00:00Z`);
  const first = at(days[0]?.day ?? "");
  const span = Math.max(1, at(days[days.length - 1]?.day ?? "") - first);
  const top = Math.max(1, ...days.map((day) => day.size));
  const points = days.map(({ day, size }) => {
    const x = ((at(day) - first) / span) * width;
    const y = height - 2 - (size / top) * (height - 4);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return points.length > 0 ? `M${points.join(" L")}` : "";
}
