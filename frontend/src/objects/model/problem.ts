/** A refusal of the server, sorted into what stands beside a field and what concerns the whole form. */
import { toWritable } from "./meta";

export type FieldProblem = { field: string | null; code: string; message: string };
export type Conflict = { field: string; yours: unknown; theirs: unknown };

export type SortedProblem = {
  byField: Record<string, string>;
  general: string[];
};

export function sortProblem(errors: FieldProblem[], detail: string, known: readonly string[]): SortedProblem {
  const byField: Record<string, string> = {};
  const general: string[] = [];
  for (const { field, message } of errors) {
    if (field && known.includes(field)) {
      byField[field] = byField[field] ? `${byField[field]} ${message}` : message;
    } else general.push(message);
  }
  // The general sentence says nothing new when every error already stands beside its field.
  if (detail && general.length === 0 && Object.keys(byField).length === 0) general.push(detail);
  return { byField, general };
}

/** Equal as far as a write is concerned: a reference is its id, and blank is blank. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(toWritable(a)) === JSON.stringify(toWritable(b));
}

/** Nobody else touched this field: ours can go over the newer version without asking. */
export function untouched(
  field: string,
  base: Record<string, unknown>,
  theirs: Record<string, unknown>,
): boolean {
  return same(base[field], theirs[field]);
}

/**
 * Fields both sides changed to different values. The server sees only what was sent and what stands there now; what
 * it was typed over is known here alone, so this is what decides whether anybody has to be asked.
 */
export function conflictsBetween(
  base: Record<string, unknown>,
  yours: Record<string, unknown>,
  theirs: Record<string, unknown>,
): Conflict[] {
  return Object.keys(yours)
    .filter((field) => !untouched(field, base, theirs) && !same(yours[field], theirs[field]))
    .map((field) => ({ field, yours: yours[field], theirs: theirs[field] }));
}

/** The body of the second try: kept fields go again over the newer version, dropped ones stay as the other left them. */
export function resolveConflicts(
  yours: Record<string, unknown>,
  choices: Record<string, "yours" | "theirs">,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(yours).filter(([field]) => choices[field] !== "theirs"));
}
