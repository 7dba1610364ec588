import type { KeyboardEvent } from "react";

type Size = { rows: number; columns: number };
type Effects = { toggle: () => void; reveal: (row: number) => void };

const STEPS: Record<string, [row: number, column: number]> = {
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
  j: [1, 0],
  k: [-1, 0],
  Home: [0, -1e6],
  End: [0, 1e6],
  PageDown: [15, 0],
  PageUp: [-15, 0],
};

const clamp = (value: number, most: number) => Math.max(0, Math.min(most, value));

function cellAt(table: HTMLElement, row: number, column: number): HTMLElement | null {
  return table.querySelector(`td[data-row="${row}"][data-column="${column}"]`);
}

/** The keys of a grid (WAI-ARIA): arrows move between cells, Enter or F2 acts on one, x selects its row, e edits. */
export function moveInGrid(event: KeyboardEvent<HTMLTableElement>, size: Size, effects: Effects): void {
  const cell = event.target as HTMLElement;
  const { row, column } = cell.dataset;
  if (row === undefined || column === undefined || event.metaKey || event.ctrlKey || event.altKey) return;
  const step = STEPS[event.key];
  if (step) {
    event.preventDefault();
    const next = clamp(Number(row) + step[0], size.rows - 1);
    effects.reveal(next);
    const table = event.currentTarget;
    const focus = () => cellAt(table, next, clamp(Number(column) + step[1], size.columns - 1))?.focus();
    focus();
    // A row outside the drawn window exists only after the next frame.
    if (document.activeElement === cell) requestAnimationFrame(focus);
    return;
  }
  if (event.key === "Enter" || event.key === "F2") {
    event.preventDefault();
    cell.click();
  } else if (event.key === "x" || event.key === " ") {
    event.preventDefault();
    effects.toggle();
  } else if (event.key === "e") {
    event.preventDefault();
    const editable = cell.dataset.editable
      ? cell
      : cell.parentElement?.querySelector<HTMLElement>("td[data-editable]");
    editable?.click();
  }
}

/** j or k pressed while nothing in the grid has the focus: the first row takes it. */
export function enterGrid(scroller: HTMLElement | null): void {
  scroller?.querySelector<HTMLElement>('td[tabindex="0"], td[data-row="0"]')?.focus();
}
