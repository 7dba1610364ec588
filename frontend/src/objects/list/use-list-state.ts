import { useLocation, useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import type { LayoutOptions } from "../model/layout-options";
import { type FieldMeta, fieldsNamed, type ObjectMeta, type ViewMeta } from "../model/meta";
import { chosenFilter, optionsOf, type ShownFilter, shownFilter, viewOf } from "../model/saved-view";
import {
  decodeListState,
  EMPTY_STATE,
  encodeListState,
  type Layout,
  type ListState,
} from "../model/view-state";

export type ListStateHandle = {
  state: ListState;
  set: (change: Partial<ListState>) => void;
  /** Another view or a cleared list is a step one may want to go back from; a keystroke in the search box is not. */
  push: (change: Partial<ListState>) => void;
};

/** The state in the address, for pages. */
export function useAddressState(): ListStateHandle {
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const navigate = useNavigate();
  const state = useMemo(() => decodeListState(search), [search]);
  const go = useCallback(
    (change: Partial<ListState>, replace: boolean) => {
      const next = (old: Record<string, unknown>) => encodeListState({ ...decodeListState(old), ...change });
      void navigate({ to: ".", search: next as never, replace });
    },
    [navigate],
  );
  const set = useCallback((change: Partial<ListState>) => go(change, true), [go]);
  const push = useCallback((change: Partial<ListState>) => go(change, false), [go]);
  return { state, set, push };
}

/** The same state for a list inside another page, where the address belongs to that page. */
export function useLocalState(first: Partial<ListState> = {}): ListStateHandle {
  const [state, setState] = useState<ListState>({ ...EMPTY_STATE, ...first });
  const set = useCallback((change: Partial<ListState>) => setState((old) => ({ ...old, ...change })), []);
  return { state, set, push: set };
}

const COLUMN_KEY = "kemai.columns.";

export function rememberColumns(object: string, columns: string[] | null): void {
  try {
    if (columns) localStorage.setItem(COLUMN_KEY + object, JSON.stringify(columns));
    else localStorage.removeItem(COLUMN_KEY + object);
  } catch {
    // Without storage the choice lives in the address alone.
  }
}

export function rememberedColumns(object: string): string[] | null {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(COLUMN_KEY + object) ?? "null");
    return Array.isArray(list) && list.every((name) => typeof name === "string") ? list : null;
  } catch {
    return null;
  }
}

export type Shown = ShownFilter & {
  view: ViewMeta | null;
  columns: FieldMeta[];
  sort: string | null;
  layout: Layout;
  options: LayoutOptions;
};

/** What is really shown: the address first, then what this person chose before, then the view, then the declaration. */
export function useShown(meta: ObjectMeta, state: ListState): Shown {
  const atBoard = useLocation({ select: (location) => location.pathname.endsWith("/board") });
  return useMemo(() => {
    const view = viewOf(meta, state.view);
    // What this person chose for the object in general stands back behind a view saved with its own columns.
    const saved = view?.saved ? view : null;
    const names =
      state.columns ?? saved?.columns ?? rememberedColumns(meta.name) ?? view?.columns ?? meta.list.columns;
    const columns = fieldsNamed(meta, names);
    const wished = state.layout ?? (atBoard && !saved ? "board" : view?.layout);
    return {
      ...shownFilter(view, state.filter),
      view,
      columns: columns.length > 0 ? columns : fieldsNamed(meta, meta.list.columns),
      sort: state.sort ?? (view?.sort || meta.list.default_sort),
      layout: wished && meta.layouts.includes(wished) && !state.deleted ? wished : "table",
      options: optionsOf(view, state),
    };
  }, [meta, state, atBoard]);
}

/** The state with the conditions that really hold, and a way to change it that keeps the address short. */
export function useShownState(
  { state, set }: ListStateHandle,
  shown: Shown,
): Pick<ListStateHandle, "state" | "set"> {
  const { view, filter } = shown;
  const held = useMemo(() => ({ ...state, filter }), [state, filter]);
  const change = useCallback(
    (wanted: Partial<ListState>) =>
      set(wanted.filter === undefined ? wanted : { ...wanted, filter: chosenFilter(view, wanted.filter) }),
    [set, view],
  );
  return { state: held, set: change };
}
