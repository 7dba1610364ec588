/**
 * The filter language of the server as a value: a small tree of and / or / not over (field, op, value).
 * The browser only builds and shows it; evaluating happens on the server alone, so nothing here tests a record.
 */
export const OPERATORS = [
  "eq",
  "ne",
  "lt",
  "lte",
  "gt",
  "gte",
  "in",
  "not_in",
  "contains",
  "starts_with",
  "is_null",
  "between",
  "within_last",
  "within_next",
  "under",
  "has",
  "has_any",
  "near",
] as const;

export type Operator = (typeof OPERATORS)[number];
export type Scalar = string | number | boolean | null;
/** A circle: degrees and kilometres. */
export type Circle = { lat: number; lng: number; km: number };
export type FilterValue = Scalar | Scalar[] | { days: number } | Circle;
export type Leaf = { field: string; op: Operator; value: FilterValue };
/** A figure over the records that point here: "at least 2 interactions where …", "sum of amount ≥ 100000 where …". */
export type MeasureOp = "count" | "sum" | "avg" | "min" | "max";
export type Measure = { op: MeasureOp; field?: string };
export type Related = {
  related: { object: string; field: string };
  where?: Filter | null;
  measure?: Measure;
  op: Operator;
  value: FilterValue;
};
/** On a segment; a dynamic one stands for its conditions. */
export type InSegment = { in_segment: string };
export type Filter = Leaf | Related | InSegment | { and: Filter[] } | { or: Filter[] } | { not: Filter };

/** Holds for all: where a saved view has conditions, this says that they were taken away. */
export const EVERYTHING: Filter = { and: [] };

export function isEverything(raw: unknown): boolean {
  return JSON.stringify(raw) === JSON.stringify(EVERYTHING) || raw === JSON.stringify(EVERYTHING);
}

export function isLeaf(filter: Filter): filter is Leaf {
  return "field" in filter;
}

export function isRelated(filter: Filter): filter is Related {
  return "related" in filter;
}

export function isInSegment(filter: Filter): filter is InSegment {
  return "in_segment" in filter;
}

/** A condition of its own, as against and / or / not over others. */
function isOne(filter: Filter): filter is Leaf | Related | InSegment {
  return isLeaf(filter) || isRelated(filter) || isInSegment(filter);
}

/** The parts that are joined by "and" at the top: what the screen shows as one chip each. */
export function clausesOf(filter: Filter | null): Filter[] {
  if (!filter) return [];
  return "and" in filter ? filter.and : [filter];
}

export function fromClauses(clauses: Filter[]): Filter | null {
  const kept = clauses.map(simplify).filter((part): part is Filter => part !== null);
  const first = kept[0];
  if (!first) return null;
  return kept.length === 1 ? first : { and: kept };
}

/** Empties vanish, one-member groups dissolve, and nested groups of the same kind flatten. */
export function simplify(filter: Filter | null): Filter | null {
  if (!filter) return null;
  if (isRelated(filter)) return { ...filter, where: simplify(filter.where ?? null) };
  if (isOne(filter)) return filter;
  if ("not" in filter) {
    const inner = simplify(filter.not);
    if (!inner) return null;
    return "not" in inner ? inner.not : { not: inner };
  }
  const isAnd = "and" in filter;
  const parts = (isAnd ? filter.and : filter.or)
    .map(simplify)
    .filter((part): part is Filter => part !== null)
    .flatMap((part) => {
      if (isAnd && "and" in part) return part.and;
      if (!isAnd && "or" in part) return part.or;
      return [part];
    });
  const first = parts[0];
  if (!first) return null;
  if (parts.length === 1) return first;
  return isAnd ? { and: parts } : { or: parts };
}

export function replaceClause(filter: Filter | null, index: number, clause: Filter | null): Filter | null {
  const clauses = clausesOf(filter).slice();
  if (clause) clauses[index] = clause;
  else clauses.splice(index, 1);
  return fromClauses(clauses);
}

export function addClause(filter: Filter | null, clause: Filter): Filter | null {
  return fromClauses([...clausesOf(filter), clause]);
}

/** A fixed condition (of a view, of a related panel) and the person's own, both holding. */
export function bothHold(first: Filter | null, second: Filter | null): Filter | null {
  return fromClauses([...clausesOf(first), ...clausesOf(second)]);
}

/** Where a quick filter of this field stands among the top clauses, or -1. */
export function clauseIndexOfField(filter: Filter | null, field: string): number {
  return clausesOf(filter).findIndex((clause) => isLeaf(clause) && clause.field === field);
}

export function setFieldClause(filter: Filter | null, field: string, leaf: Leaf | null): Filter | null {
  const index = clauseIndexOfField(filter, field);
  if (index >= 0) return replaceClause(filter, index, leaf);
  return leaf ? addClause(filter, leaf) : simplify(filter);
}

/** Operators whose value is a list of codes or words. */
export function isMany(op: Operator): boolean {
  return op === "in" || op === "not_in" || op === "has_any";
}

/** One choice is an equality; "me" stays as it is, alone or among others: whoever opens the link is meant. */
export function settleMe(leaf: Leaf): Leaf {
  if (!Array.isArray(leaf.value) || leaf.value.length !== 1 || leaf.value[0] !== "me") return leaf;
  return { ...leaf, op: leaf.op === "not_in" ? "ne" : "eq", value: "me" };
}

/** A condition still being typed must not be sent: the server would refuse it. */
export function isComplete(leaf: { op: Operator; value: FilterValue }): boolean {
  const { op, value } = leaf;
  if (op === "is_null") return typeof value === "boolean";
  if (op === "between") {
    return Array.isArray(value) && value.length === 2 && value.every((part) => part !== null && part !== "");
  }
  if (isMany(op)) return Array.isArray(value) && value.length > 0;
  if (op === "within_last" || op === "within_next") {
    return typeof value === "object" && value !== null && "days" in value && value.days > 0;
  }
  if (op === "near") return isCircle(value);
  return value !== null && value !== "" && !Array.isArray(value);
}

export function isCircle(value: unknown): value is Circle {
  if (typeof value !== "object" || value === null) return false;
  const { lat, lng, km } = value as Record<string, unknown>;
  return [lat, lng, km].every((one) => typeof one === "number" && Number.isFinite(one)) && Number(km) > 0;
}

export function fieldsOf(filter: Filter | null): string[] {
  if (!filter) return [];
  if (isLeaf(filter)) return [filter.field];
  if (isOne(filter)) return [];
  if ("not" in filter) return fieldsOf(filter.not);
  return [...new Set(("and" in filter ? filter.and : filter.or).flatMap(fieldsOf))];
}

export function sameFilter(a: Filter | null, b: Filter | null): boolean {
  return JSON.stringify(simplify(a)) === JSON.stringify(simplify(b));
}

/** What comes from an address or a store was written by somebody else: anything unknown makes it null. */
export function parseFilter(raw: unknown): Filter | null {
  let source = raw;
  if (typeof raw === "string") {
    try {
      source = JSON.parse(raw);
    } catch {
      return null;
    }
  }
  return simplify(readNode(source, 0));
}

const DEEPEST = 6;

function readNode(raw: unknown, depth: number): Filter | null {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw) || depth > DEEPEST) return null;
  const node = raw as Record<string, unknown>;
  if (Array.isArray(node.and)) return readGroup(node.and, depth, (parts) => ({ and: parts }));
  if (Array.isArray(node.or)) return readGroup(node.or, depth, (parts) => ({ or: parts }));
  if (node.not !== undefined) {
    const inner = readNode(node.not, depth + 1);
    return inner && { not: inner };
  }
  if (typeof node.in_segment === "string") return { in_segment: node.in_segment };
  if (node.related !== undefined) return readRelated(node, depth);
  const { field, op, value } = node;
  if (typeof field !== "string" || !OPERATORS.includes(op as Operator) || !isFilterValue(value)) return null;
  return { field, op: op as Operator, value };
}

const MEASURES = ["count", "sum", "avg", "min", "max"];

function readRelated(node: Record<string, unknown>, depth: number): Filter | null {
  const { object, field } = (node.related ?? {}) as Record<string, unknown>;
  const measure = (node.measure ?? { op: "count" }) as Measure;
  const where = node.where ? readNode(node.where, depth + 1) : null;
  const { op = "gte", value = 1 } = node;
  if (typeof object !== "string" || typeof field !== "string" || (node.where && !where)) return null;
  if (!MEASURES.includes(measure.op) || !OPERATORS.includes(op as Operator) || !isFilterValue(value))
    return null;
  return { related: { object, field }, where, measure, op: op as Operator, value };
}

function readGroup(list: unknown[], depth: number, build: (parts: Filter[]) => Filter): Filter | null {
  const parts = list.map((item) => readNode(item, depth + 1));
  // Dropping one unreadable part would silently widen the list; the whole filter goes instead.
  return parts.some((part) => part === null) ? null : build(parts as Filter[]);
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

function isFilterValue(value: unknown): value is FilterValue {
  if (isScalar(value)) return true;
  if (Array.isArray(value)) return value.every(isScalar);
  if (typeof value !== "object" || value === null) return false;
  return typeof (value as { days?: unknown }).days === "number" || isCircle(value);
}
