/**
 * What a view stands for, and how the state in the address differs from it. A built-in view is a fixed frame: the
 * server holds its condition, what is chosen on top narrows it. A saved view is a list somebody made: its conditions
 * stand in the filter bar like any others, and what is chosen replaces them.
 */
import { bothHold, EVERYTHING, type Filter, parseFilter, sameFilter, simplify } from "./filter";
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
  const rest = { sort: null, columns: null, layout: null };
  return { view: to && !to.default ? to.key : null, ...rest, ...(along ? {} : { filter: null }) };
}

export function builtIn(views: readonly ViewMeta[]): ViewMeta[] {
  return views.filter((view) => !view.saved);
}

export function viewOf(meta: Pick<ObjectMeta, "views">, key: string | null): ViewMeta | null {
  const own = builtIn(meta.views);
  return meta.views.find((view) => view.key === key) ?? own.find((view) => view.default) ?? own[0] ?? null;
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
    (state.layout !== null && state.layout !== (view?.layout ?? "table"))
  );
}

export type ViewShape = {
  filter: ViewMeta["filter"];
  sort: string;
  columns: string[] | null;
  layout: ListState["layout"];
};

type Seen = { sort: string | null; columns: { name: string }[]; layout: NonNullable<ListState["layout"]> };

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

/** What stands in the row: the built-in views and one's own; the rest, and all that can be managed, behind a button. */
export function arrangeViews(
  views: readonly ViewMeta[],
  phone: boolean,
): { tabs: ViewMeta[]; more: ViewMeta[] } {
  const fixed = builtIn(views).slice(0, BUILT_IN_TABS);
  const own = views.filter((view) => view.mine).slice(0, TABS - fixed.length);
  const tabs = phone ? [] : [...fixed, ...own];
  return { tabs, more: views.filter((view) => view.saved || !tabs.includes(view)) };
}
