/** How a board stands: as the kind of record declares it, or by any choice, person or reference somebody picked. */
import type { LayoutOptions } from "../model/layout-options";
import { type BoardMeta, type FieldMeta, fieldOf, type ObjectMeta } from "../model/meta";

/** `declared`: its columns come from the declaration and cards move by its command; else a move sets the field. */
export type BoardSpec = BoardMeta & { declared: boolean };

const LINES = 4;

export function boardFields(meta: ObjectMeta): FieldMeta[] {
  const names = meta.board_fields ?? [];
  const declared = meta.board?.group_field;
  const all = declared && !names.includes(declared) ? [declared, ...names] : names;
  return all.map((name) => fieldOf(meta, name)).filter((field): field is FieldMeta => field !== null);
}

/** Whether dragging a card may write its column: what only a command changes stays where it is. */
export function canSet(field: FieldMeta): boolean {
  return !field.read_only && !field.computed && !field.masked && field.create_only !== true;
}

function usualColumn(meta: ObjectMeta): string {
  const fields = boardFields(meta);
  if (meta.board && fieldOf(meta, meta.board.group_field)) return meta.board.group_field;
  const quick = fields.find((field) => meta.list.quick_filters.includes(field.name) && canSet(field));
  return (quick ?? fields.find((field) => field.choices && canSet(field)) ?? fields[0])?.name ?? "";
}

export function boardSpec(
  meta: ObjectMeta,
  options: LayoutOptions,
  columns: readonly FieldMeta[],
): BoardSpec | null {
  const known = boardFields(meta).some((field) => field.name === options.column);
  const column = known ? options.column : usualColumn(meta);
  if (!column) return null;
  if (meta.board && column === meta.board.group_field) return { ...meta.board, declared: true };
  const lines = columns
    .map((field) => field.name)
    .filter((name) => name !== meta.title_field && name !== column);
  const sum = fieldOf(meta, options.sum)?.filterable ? options.sum : "";
  return {
    declared: false,
    group_field: column,
    sum_field: sum || null,
    title: meta.title_field,
    lines: [...new Set([...lines.slice(0, LINES), ...(sum ? [sum] : [])])],
    move: null,
    move_param: null,
    scope_field: null,
  };
}
