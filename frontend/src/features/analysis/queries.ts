import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";

export type Value = number | string | null;
export type Figure = { value: Value; path: string | null };
export type Kind = "integer" | "money" | "percent" | "days" | "any";
export type Column = { key: string; label: string; kind: Kind };
export type Row = { key: string; label: string; figures: Record<string, Figure>; kind?: string };
/** A part of the analysis: the chart, the table beside it and the file are three ways of showing it. */
export type Table = {
  rows_are: string;
  columns: Column[];
  rows: Row[];
  withheld: string | null;
  measure?: string;
  measures?: { key: string; label: string }[];
};
export type PartKey =
  | "totals"
  | "funnel"
  | "losses"
  | "trend"
  | "ranking"
  | "activity"
  | "sources"
  | "regions";
type Option = { id: string; label: string };
export type Choices = {
  first: string;
  after: string;
  /** Sees nothing but his own records. */
  own: boolean;
  department: string | null;
  person: string | null;
  pipeline: string | null;
  departments: Option[];
  people: Option[];
  pipelines: Option[];
  exports: PartKey[];
};

/** What stands in the address. */
export type Asked = {
  period?: string | undefined;
  department?: string | undefined;
  person?: string | undefined;
  pipeline?: string | undefined;
};
/** What a part asks besides. */
export type Also = { measure?: string | undefined; by?: string | undefined; step?: string | undefined };

export function askedOf(search: Record<string, unknown>): Asked {
  const text = (name: string) => (typeof search[name] === "string" ? search[name] : undefined);
  return {
    // A year alone is read from the address as a number.
    period: typeof search.period === "number" ? String(search.period) : text("period"),
    department: text("department"),
    person: text("person"),
    pipeline: text("pipeline"),
  };
}

export function choicesQuery(asked: Asked) {
  return queryOptions({
    queryKey: ["analysis", asked],
    queryFn: async ({ signal }) => (await api.get<Choices>("/analysis", { query: asked, signal })).data,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

export function partQuery(part: PartKey, asked: Asked, also: Also = {}) {
  const query = { ...asked, ...also };
  return queryOptions({
    queryKey: ["analysis", part, query],
    queryFn: async ({ signal }) => (await api.get<Table>(`/analysis/${part}`, { query, signal })).data,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

export async function exportPart(part: PartKey, query: Asked & Also, purpose: string): Promise<string> {
  const asked = Object.fromEntries(Object.entries({ ...query, purpose }).filter(([, value]) => value));
  return (await api.post<{ file: string }>(`/analysis/${part}/export`, asked)).data.file;
}

export function cellOf(row: Row, column: string): Value {
  return row.figures[column]?.value ?? null;
}

export function numberOf(row: Row, column: string): number {
  return Number(cellOf(row, column) ?? 0);
}
