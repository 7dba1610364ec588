/**
 * Whether what is typed in a form meets a condition: for showing and asking only. The server judges the record as saved;
 * what cannot be told here (places, departments below) counts as met, so that nothing is hidden by a guess.
 */
import { type Filter, isLeaf, type Leaf, parseFilter, type Scalar } from "./filter";
import { type FieldMeta, isBlank, isReference } from "./meta";

export type Reader = { me: string; today: string };
type Values = Record<string, unknown>;

export function matches(filter: Filter, values: Values, reader: Reader): boolean {
  if (isLeaf(filter)) return leafMatches(filter, values, reader);
  if ("not" in filter) return !matches(filter.not, values, reader);
  if ("and" in filter) return filter.and.every((part) => matches(part, values, reader));
  if ("or" in filter) return filter.or.some((part) => matches(part, values, reader));
  return true; // Related records and segments only the server knows.
}

/** Whether a form shows the field now. */
export function isShown(field: FieldMeta, values: Values, reader: Reader): boolean {
  const when = parseFilter(field.show_when ?? null);
  return when === null || matches(when, values, reader);
}

/** Whether a form asks for the field now. */
export function isAskedFor(field: FieldMeta, values: Values, reader: Reader): boolean {
  if (field.required) return true;
  const when = parseFilter(field.require_when ?? null);
  return when !== null && matches(when, values, reader);
}

function plain(value: unknown): unknown {
  return isReference(value) ? value.id : value;
}

/** Numbers as numbers, everything else as text: "12.50" is 12.5, and dates sort as they are written. */
function compare(a: unknown, b: unknown): number {
  const [x, y] = [Number(a), Number(b)];
  if (a !== "" && b !== "" && Number.isFinite(x) && Number.isFinite(y)) return x - y;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function leafMatches(leaf: Leaf, values: Values, reader: Reader): boolean {
  const raw = values[leaf.field];
  const value = plain(raw);
  const word = (one: unknown): unknown =>
    one === "me" ? reader.me : one === "today" ? reader.today : (one as Scalar);
  const list = (Array.isArray(leaf.value) ? leaf.value : [leaf.value]).map(word);
  const is = (other: unknown) => !isBlank(value) && compare(value, other) === 0;
  const held = Array.isArray(raw) ? raw.map(plain) : [];
  switch (leaf.op) {
    case "is_null":
      return isBlank(value) === (leaf.value !== false);
    case "eq":
      return is(list[0]);
    case "ne":
      return !is(list[0]);
    case "in":
      return list.some(is);
    case "not_in":
      return !list.some(is);
    case "has":
    case "has_any":
      return list.some((one) => held.includes(one));
    case "contains":
      return String(value ?? "")
        .toLowerCase()
        .includes(String(list[0]).toLowerCase());
    case "starts_with":
      return String(value ?? "")
        .toLowerCase()
        .startsWith(String(list[0]).toLowerCase());
    case "lt":
      return !isBlank(value) && compare(value, list[0]) < 0;
    case "lte":
      return !isBlank(value) && compare(value, list[0]) <= 0;
    case "gt":
      return !isBlank(value) && compare(value, list[0]) > 0;
    case "gte":
      return !isBlank(value) && compare(value, list[0]) >= 0;
    case "between":
      return !isBlank(value) && compare(value, list[0]) >= 0 && compare(value, list[1]) <= 0;
    default:
      return true;
  }
}
