/** The state of a list as it stands in the address, so that a link shows a colleague the same list. */
import { bothHold, EVERYTHING, type Filter, isEverything, parseFilter, sameFilter } from "./filter";
import { decodeOptions, encodeOptions, LAYOUTS, type Layout, type LayoutOptions } from "./layout-options";

export type { Layout } from "./layout-options";

export type ListState = {
  view: string | null;
  filter: Filter | null;
  q: string;
  sort: string | null;
  columns: string[] | null;
  layout: Layout | null;
  deleted: boolean;
  scope: string | null;
  /** What was changed against the view: the rest is the view's. */
  options: Partial<LayoutOptions>;
  /** The day a calendar is opened at; a view does not keep it. */
  day: string | null;
};

export const EMPTY_STATE: ListState = {
  view: null,
  filter: null,
  q: "",
  sort: null,
  columns: null,
  layout: null,
  deleted: false,
  scope: null,
  options: {},
  day: null,
};

const SORT = /^-?[a-z][a-z0-9_.]*$/;
const NAME = /^[a-z][a-z0-9_.]*$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

function word(raw: unknown): string | null {
  if (typeof raw === "number" || typeof raw === "boolean") return String(raw);
  return typeof raw === "string" && raw !== "" ? raw : null;
}

/** A filter in the address that cannot be read (nested too deeply, of a newer version): the list shows more than it would let through. */
export function hasUnreadFilter(search: Record<string, unknown>): boolean {
  const { filter } = search;
  const given = filter !== undefined && filter !== null && filter !== "";
  return given && !isEverything(filter) && parseFilter(filter) === null;
}

export function decodeListState(search: Record<string, unknown>): ListState {
  const sort = word(search.sort);
  const columns =
    word(search.columns)
      ?.split(",")
      .filter((name) => NAME.test(name)) ?? [];
  const layout = word(search.layout);
  return {
    view: word(search.view),
    filter: isEverything(search.filter) ? EVERYTHING : parseFilter(search.filter),
    q: word(search.q) ?? "",
    sort: sort && SORT.test(sort) ? sort : null,
    columns: columns.length > 0 ? columns : null,
    layout: LAYOUTS.find((one) => one === layout) ?? null,
    deleted: search.deleted === true || search.deleted === "true",
    scope: word(search.scope),
    options: decodeOptions(search),
    day: DAY.test(word(search.day) ?? "") ? word(search.day) : null,
  };
}

/** Only what differs from an untouched list is written: short links, and "has anything changed?" is one look. */
export function encodeListState(state: ListState): Record<string, unknown> {
  const search: Record<string, unknown> = {};
  if (state.view) search.view = state.view;
  if (state.filter) search.filter = state.filter;
  if (state.q) search.q = state.q;
  if (state.sort) search.sort = state.sort;
  if (state.columns) search.columns = state.columns.join(",");
  if (state.layout) search.layout = state.layout;
  if (state.deleted) search.deleted = true;
  if (state.scope) search.scope = state.scope;
  if (state.day) search.day = state.day;
  return { ...search, ...encodeOptions(state.options) };
}

export function sameListState(a: ListState, b: ListState): boolean {
  return (
    sameFilter(a.filter, b.filter) &&
    JSON.stringify({ ...a, filter: null }) === JSON.stringify({ ...b, filter: null })
  );
}

/**
 * First click sorts upward, the second downward, the third gives the order back to the view; where the view itself
 * sorts by this field there is nothing to give back, and the two directions take turns.
 */
export function nextSort(current: string | null, field: string, viewSort: string | null): string | null {
  const byView = viewSort === field || viewSort === `-${field}`;
  const shown = current ?? (byView ? viewSort : null);
  if (shown === field) return `-${field}`;
  if (shown === `-${field}`) return byView ? field : null;
  return field;
}

/** The query of the list endpoint for this state. */
export function listQuery(state: ListState, fixed: Filter | null, columns: string[]): Record<string, string> {
  const query: Record<string, string> = {};
  const filter = bothHold(fixed, state.filter);
  if (filter) query.filter = JSON.stringify(filter);
  if (state.q) query.q = state.q;
  if (state.sort) query.sort = state.sort;
  if (state.view) query.view = state.view;
  if (state.deleted) query.deleted = "true";
  if (columns.length > 0) query.fields = columns.join(",");
  return query;
}
