/**
 * What a view stands for, and how the state in the address differs from it. A built-in view is a fixed frame: the
 * server holds its condition, what is chosen on top narrows it. A saved view is a list somebody made: its conditions
 * stand in the filter bar like any others, and what is chosen replaces them.
 */
import { bothHold, EVERYTHING, type Filter, parseFilter, sameFilter, simplify } from "./filter";
import { keptOptions, type LayoutOptions, sameOptions, toKeep } from "./layout-options";
import type { ObjectMeta, ViewMeta } from "./meta";
import type { ListState } from "./view-state";

/** `base`: the view the server is asked to apply besides `filter`. */
export type ShownFilter = { filter: Filter | null; base: string | null };

/** A saved condition this build cannot read stays with the server; taken as none, it would show too much. */
function openView(view: ViewMeta | null): ViewMeta | null {
  return view?.saved && (view.filter === null || parseFilter(view.filter) !== null) ? view : null;
}

export function shownFilter(view: ViewMeta | null, chosen: Filter | null): ShownFilter {
  const open = openView(view);
  if (!open) return { filter: simplify(chosen), base: view?.key ?? null };
  return { filter: simplify(chosen ?? parseFilter(open.filter)), base: null };
}

/** What the address says for these conditions: nothing where the view says the same already. */
export function chosenFilter(view: ViewMeta | null, filter: Filter | null): Filter | null {
  const open = openView(view);
  if (!open) return filter;
  return sameFilter(filter, parseFilter(open.filter)) ? null : (filter ?? EVERYTHING);
}

/** Another view is a fresh look; only from one built-in view to the next do the chosen conditions come along. */
export function pickView(from: ViewMeta | null, to: ViewMeta | null): Partial<ListState> {
  const along = !from?.saved && !to?.saved;
  const rest = { sort: null, columns: null, layout: null, options: {}, day: null };
  return { view: addressOf(to), ...rest, ...(along ? {} : { filter: null }) };
}

/** Which view opens a list differs from person to person: a link names every view but the built-in default. */
function addressOf(view: ViewMeta | null): string | null {
  return view && (!view.default || view.saved) ? view.key : null;
}

export function builtIn(views: readonly ViewMeta[]): ViewMeta[] {
  return views.filter((view) => !view.saved);
}

export function viewOf(meta: Pick<ObjectMeta, "views">, key: string | null): ViewMeta | null {
  const own = builtIn(meta.views);
  return (
    meta.views.find((view) => view.key === key) ?? meta.views.find((view) => view.default) ?? own[0] ?? null
  );
}

/** Has anything a view keeps been changed here? The search words and the recycle bin are not kept. */
export function differsFromView(meta: ObjectMeta, view: ViewMeta | null, state: ListState): boolean {
  const { filter } = shownFilter(view, state.filter);
  const stored = parseFilter(openView(view)?.filter ?? null);
  const columns = view?.columns ?? meta.list.columns;
  return (
    !sameFilter(filter, stored) ||
    (state.sort !== null && state.sort !== (view?.sort || meta.list.default_sort)) ||
    (state.columns !== null && state.columns.join() !== columns.join()) ||
    (state.layout !== null && state.layout !== (view?.layout ?? "table")) ||
    !sameOptions(optionsOf(view, state), keptOptions(view?.options))
  );
}

/** The options that hold: what the address says, over what the view keeps. */
export function optionsOf(view: ViewMeta | null, state: Pick<ListState, "options">): LayoutOptions {
  return { ...keptOptions(view?.options), ...state.options };
}

export type ViewShape = {
  filter: ViewMeta["filter"];
  sort: string;
  columns: string[] | null;
  layout: ListState["layout"];
  options: Record<string, unknown>;
};

type Seen = {
  options: LayoutOptions;
  sort: string | null;
  columns: { name: string }[];
  layout: NonNullable<ListState["layout"]>;
};

/** The list as it is seen, in the form the server keeps it. */
export function shapeOf(
  meta: ObjectMeta,
  view: ViewMeta | null,
  chosen: Filter | null,
  seen: Seen,
): ViewShape {
  const { filter, base } = shownFilter(view, chosen);
  const frame = base === null ? null : (view?.filter ?? null);
  const readable = parseFilter(frame);
  const columns = seen.columns.map((field) => field.name);
  return {
    // A frame this build cannot read goes back as it came.
    filter: frame && !readable ? { and: filter ? [frame, filter] : [frame] } : bothHold(readable, filter),
    sort: seen.sort ?? "",
    columns: columns.join() === meta.list.columns.join() ? null : columns,
    layout: seen.layout,
    options: toKeep(seen.options),
  };
}

/** As the server lists them: built in, one's own, the others', by name. */
export function withView(views: readonly ViewMeta[], view: ViewMeta): ViewMeta[] {
  const saved = [...views.filter((one) => one.saved && one.key !== view.key), view];
  saved.sort((a, b) => Number(b.mine ?? false) - Number(a.mine ?? false) || a.label.localeCompare(b.label));
  return [...builtIn(views), ...saved];
}

export function withoutView(views: readonly ViewMeta[], key: string): ViewMeta[] {
  return views.filter((view) => view.key !== key);
}

const BUILT_IN_TABS = 6;
const TABS = 8;

/** What stands in the row: the pinned views in their order, then the built-in ones and one's own; the rest behind a button. */
export function arrangeViews(
  views: readonly ViewMeta[],
  phone: boolean,
  pinned: readonly string[] = [],
): { tabs: ViewMeta[]; more: ViewMeta[] } {
  const first = pinned.flatMap((key) => views.find((view) => view.key === key) ?? []);
  const rest = views.filter((view) => !pinned.includes(view.key));
  const fixed = builtIn(rest).slice(0, BUILT_IN_TABS);
  const own = rest.filter((view) => view.mine);
  const tabs = phone
    ? []
    : [...new Set([...first, ...[...fixed, ...own].slice(0, Math.max(0, TABS - first.length))])];
  return { tabs, more: [...first, ...rest].filter((view) => view.saved || !tabs.includes(view)) };
}

/** Another place in the row for a pinned view; at an end it stays. */
export function movePinned(pinned: readonly string[], key: string, by: -1 | 1): string[] {
  const list = [...pinned];
  const from = list.indexOf(key);
  const to = from + by;
  if (from < 0 || to < 0 || to >= list.length) return list;
  list.splice(to, 0, ...list.splice(from, 1));
  return list;
}

/** What another view of the same would hold. */
export function copyOf(view: ViewMeta): ViewShape {
  const { filter, sort, columns, layout, options = {} } = view;
  return { filter, sort: sort ?? "", columns, layout, options };
}
