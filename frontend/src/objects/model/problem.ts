/** A refusal of the server, sorted into what stands beside a field and what concerns the whole form. */
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

/**
 * Fields both sides changed, when the server names none itself: what is typed differs from what it was typed over,
 * and so does what stands there now.
 */
export function conflictsBetween(
  base: Record<string, unknown>,
  yours: Record<string, unknown>,
  theirs: Record<string, unknown>,
): Conflict[] {
  const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
  return Object.keys(yours)
    .filter((field) => !same(base[field], theirs[field]) && !same(yours[field], theirs[field]))
    .map((field) => ({ field, yours: yours[field], theirs: theirs[field] }));
}

/** The body of the second try: kept fields go again over the newer version, dropped ones stay as the other left them. */
export function resolveConflicts(
  yours: Record<string, unknown>,
  choices: Record<string, "yours" | "theirs">,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(yours).filter(([field]) => choices[field] !== "theirs"));
}
