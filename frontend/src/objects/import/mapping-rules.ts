import type { ImportColumn, ImportRun } from "@/api/types";

/** Required fields no column feeds; with "update only" nothing is required, the records are already there. */
export function missingRequired(
  run: Pick<ImportRun, "fields" | "mode">,
  columns: Pick<ImportColumn, "field">[],
): string[] {
  if (run.mode === "update") return [];
  const fed = new Set(columns.map((column) => column.field));
  return run.fields.filter((field) => field.required && !fed.has(field.name)).map((field) => field.label);
}

/** Two columns into one field: the later would silently win. */
export function doubled(columns: Pick<ImportColumn, "field">[]): string[] {
  const fields = columns.map((column) => column.field).filter((field): field is string => field !== null);
  return [...new Set(fields.filter((field, index) => fields.indexOf(field) !== index))];
}

/** Updating finds its records by a key, so a column must carry it. */
export function keyMissing(
  run: Pick<ImportRun, "mode" | "key">,
  columns: Pick<ImportColumn, "field">[],
): boolean {
  return run.mode !== "create" && (!run.key || !columns.some((column) => column.field === run.key));
}
