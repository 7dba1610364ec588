export type By = "department" | "owner";
type Counts = {
  count: number;
  score: number | null;
  low: number;
  stale: number;
  invalid: number;
  suspicious: number;
};
export type Group = Counts & { id: string | null; label: string };
export type Figures = {
  by: By;
  stale_days: number;
  low: number;
  total: Counts;
  groups: Group[];
  /** There are more than these. */
  more: boolean;
  faults: { fault: string; text: string; count: number }[];
  trend: { day: string; count: number; score: number | null; low: number; stale: number }[];
};
export type Figure = "count" | "low" | "stale" | "invalid" | "suspicious";

const JUDGED = {
  invalid: ["phone", "email", "credit_code"],
  suspicious: ["name", "phone", "email"],
} as const;

function condition(figure: Figure, data: Pick<Figures, "low" | "stale_days">): object[] {
  if (figure === "low") return [{ field: "quality", op: "lt", value: data.low }];
  if (figure === "stale") {
    const lately = (field: string) => ({
      not: { field, op: "within_last", value: { days: data.stale_days } },
    });
    return [lately("confirmed_at"), lately("created_at")];
  }
  if (figure === "count") return [];
  return [
    {
      or: JUDGED[figure].map((name) => ({ field: "quality_faults", op: "has", value: `${figure}:${name}` })),
    },
  ];
}

/** The list behind a figure: the same records that were counted. */
export function listPath(
  data: Pick<Figures, "by" | "low" | "stale_days">,
  group: Pick<Group, "id"> | null,
  figure: Figure,
  fault?: string,
): string {
  const parts = condition(figure, data);
  if (group) {
    parts.unshift(
      group.id ? { field: data.by, op: "eq", value: group.id } : { field: "in_pool", op: "eq", value: true },
    );
  }
  if (fault) parts.push({ field: "quality_faults", op: "has", value: fault });
  const query = new URLSearchParams({ view: "all", sort: "quality" });
  if (parts.length > 0) query.set("filter", JSON.stringify(parts.length === 1 ? parts[0] : { and: parts }));
  return `/customers?${query}`;
}
