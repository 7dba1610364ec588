/** What is asked of the server while a new record is typed, and what of its answer is shown where. */
import { type FieldMeta, isBlank, type ObjectMeta, toWritable } from "./meta";
import type { FieldProblem } from "./problem";

type Values = Record<string, unknown>;

export type Finding = { kind: "duplicate" | "wrong"; message: string; value: string };
export type Findings = Record<string, Finding>;

/** A record that what is typed may be a double of; without a record it is one the reader may not see. */
export type Double = {
  field: string;
  rule: string;
  label: string;
  action: "alert" | "block";
  holder: string;
  record: { id: string; label: string; sub?: string } | null;
  reasons?: string[];
};
export type Doubles = Record<string, { value: string; doubles: Double[] }>;

/** Kept like findings: for as long as the value they were found for stands. */
export function mergeDoubles(old: Doubles, sent: Values, values: Values, found: Double[]): Doubles {
  const next: Doubles = {};
  for (const [name, one] of Object.entries(old)) {
    if (!(name in sent) && one.value === stamp(values[name])) next[name] = one;
  }
  for (const one of found) {
    next[one.field] ??= { value: stamp(sent[one.field]), doubles: [] };
    next[one.field]?.doubles.push(one);
  }
  return next;
}

/** What is shown under which field now. */
export function shownDoubles(doubles: Doubles, values: Values): Record<string, Double[]> {
  return Object.fromEntries(
    Object.entries(doubles)
      .filter(([name, one]) => one.value === stamp(values[name]))
      .map(([name, one]) => [name, one.doubles]),
  );
}

const DUPLICATE = "duplicate";

/** Two values are the same where a write would be. */
export function stamp(value: unknown): string {
  return JSON.stringify(toWritable(value));
}

/** What others are judged by: choices, dates and references are sent along whenever something else is asked. */
function isContext(field: FieldMeta): boolean {
  return field.target !== null || field.choices !== null;
}

/**
 * The values to try: the filled ones among what was typed since the last answer, and what they may depend on. A value
 * already answered is not asked again, since the server counts how often somebody tries what others have.
 */
export function valuesToCheck(
  meta: Pick<ObjectMeta, "fields">,
  values: Values,
  asked: Record<string, string>,
): Values | null {
  const sent: Values = {};
  let news = false;
  for (const field of meta.fields) {
    const value = values[field.name];
    if (field.read_only || field.computed || isBlank(value)) continue;
    const fresh = asked[field.name] !== stamp(value);
    news ||= fresh;
    if (fresh || isContext(field)) sent[field.name] = toWritable(value);
  }
  return news ? sent : null;
}

/** What was found is kept for as long as the value it was found for; asked again, the new answer counts. */
export function mergeFindings(old: Findings, sent: Values, values: Values, errors: FieldProblem[]): Findings {
  const next: Findings = {};
  for (const [name, finding] of Object.entries(old)) {
    if (!(name in sent) && finding.value === stamp(values[name])) next[name] = finding;
  }
  for (const { field, code, message } of errors) {
    if (!field || !(field in sent) || next[field]) continue;
    next[field] = { kind: code === DUPLICATE ? "duplicate" : "wrong", message, value: stamp(sent[field]) };
  }
  return next;
}

/** Beside which field which words: a double at once, anything else only after the field was left. */
export function shownFindings(
  findings: Findings,
  values: Values,
  left: ReadonlySet<string>,
): { doubles: Record<string, string>; wrong: Record<string, string> } {
  const doubles: Record<string, string> = {};
  const wrong: Record<string, string> = {};
  for (const [name, finding] of Object.entries(findings)) {
    if (finding.value !== stamp(values[name])) continue;
    if (finding.kind === "duplicate") doubles[name] = finding.message;
    else if (left.has(name)) wrong[name] = finding.message;
  }
  return { doubles, wrong };
}
