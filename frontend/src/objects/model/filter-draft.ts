/** A filter while somebody edits it: conditions may be half typed, and what the form cannot draw is kept as it is. */
import {
  type Filter,
  isComplete,
  isInSegment,
  isLeaf,
  isRelated,
  type Leaf,
  type Measure,
  type Related,
  settleMe,
  simplify,
} from "./filter";

export type Joint = "and" | "or";
export type RelatedDraft = Pick<Related, "related" | "op" | "value"> & { measure: Measure; where: Group };
export type SegmentDraft = { segment: string; off: boolean };
export type Part = Leaf | Group | RelatedDraft | SegmentDraft | { kept: Filter };
export type Group = { joint: Joint; parts: Part[] };

export const NO_CONDITIONS: Group = { joint: "and", parts: [] };

export function toGroup(filter: Filter | null, depth = 0): Group {
  if (!filter) return NO_CONDITIONS;
  if (!("and" in filter) && !("or" in filter)) return { joint: "and", parts: [toPart(filter, depth)] };
  const joint: Joint = "and" in filter ? "and" : "or";
  const parts = "and" in filter ? filter.and : filter.or;
  return { joint, parts: parts.map((part) => toPart(part, depth)) };
}

function toPart(filter: Filter, depth: number): Part {
  if (isLeaf(filter)) return filter;
  if (isInSegment(filter)) return { segment: filter.in_segment, off: false };
  if (isRelated(filter)) {
    const { related, op, value, measure = { op: "count" }, where } = filter;
    return { related, op, value, measure, where: toGroup(where ?? null, 1) };
  }
  if ("not" in filter) {
    return isInSegment(filter.not) ? { segment: filter.not.in_segment, off: true } : { kept: filter };
  }
  return depth > 0 ? { kept: filter } : toGroup(filter, depth + 1);
}

/** What can be sent: conditions still being typed are left out. */
export function toFilter(group: Group): Filter | null {
  const parts = group.parts.map(fromPart).filter((part): part is Filter => part !== null);
  return simplify(group.joint === "and" ? { and: parts } : { or: parts });
}

function fromPart(part: Part): Filter | null {
  if ("kept" in part) return part.kept;
  if ("joint" in part) return toFilter(part);
  if ("segment" in part) {
    if (!part.segment) return null;
    return part.off ? { not: { in_segment: part.segment } } : { in_segment: part.segment };
  }
  if ("related" in part) {
    const { related, measure, op, value, where } = part;
    if (!related.object || !isComplete({ op, value }) || (measure.op !== "count" && !measure.field))
      return null;
    return { related, measure, op, value, where: toFilter(where) };
  }
  return isComplete(part) ? settleMe(part) : null;
}

/** Something was begun that will not be sent. */
export function isHalfTyped(group: Group): boolean {
  return group.parts.some((part) => {
    if ("joint" in part) return part.parts.length === 0 || isHalfTyped(part);
    if ("related" in part && isHalfTyped(part.where)) return true;
    return fromPart(part) === null;
  });
}
