import { Link } from "@tanstack/react-router";
import { memo, useRef, useState } from "react";
import { kindOf } from "../fields/registry";
import { type FieldMeta, isBlank, type RecordData } from "../model/meta";
import { CellEditor, type EditorExit } from "./cell-editor";
import styles from "./grid.module.css";
import type { InlineSave } from "./use-inline-save";

type GridCellProps = {
  object: string;
  record: RecordData;
  field: FieldMeta;
  /** What names the record, in the cell that does; null in all others. */
  title: string | null;
  editable: boolean;
  column: number;
  row: number;
  left: number | null;
  focusable: boolean;
  save: InlineSave;
  onOpen: (record: RecordData) => void;
};

function step(cell: HTMLElement | null, exit: EditorExit): void {
  if (!cell || exit === "stay") return;
  const all = [...(cell.closest("table")?.querySelectorAll<HTMLElement>("td[data-editable]") ?? [])];
  all[all.indexOf(cell) + (exit === "next" ? 1 : -1)]?.click();
}

export const GridCell = memo(function GridCell(props: GridCellProps) {
  const { object, record, field, title, editable, column, row, left, focusable, save, onOpen } = props;
  const kind = kindOf(field);
  const [editing, setEditing] = useState(false);
  const cell = useRef<HTMLTableCellElement>(null);
  const { Cell } = kind;

  function click(event: React.MouseEvent) {
    // Links inside cells go where they point; the row must not open over them.
    if (event.target instanceof Element && event.target.closest("a, button, input")) return;
    if (editable) setEditing(true);
    else onOpen(record);
  }

  function done(exit: EditorExit) {
    setEditing(false);
    // After the editor has left the page, or the browser would drop the focus with it.
    if (exit === "stay") requestAnimationFrame(() => cell.current?.focus());
    else step(cell.current, exit);
  }

  const classes = [
    kind.align === "end" ? styles.end : "",
    left === null ? "" : `${styles.stick} ${styles.edge}`,
    editing ? styles.editing : editable ? styles.editable : styles.opens,
  ].join(" ");
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: a cell of a grid is a gridcell, which has it
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys for all its cells
    <td
      ref={cell}
      className={classes}
      style={left === null ? undefined : { left }}
      tabIndex={focusable ? 0 : -1}
      data-row={row}
      data-column={column}
      data-editable={editable || undefined}
      aria-readonly={!editable}
      onClick={editing ? undefined : click}
    >
      {editing ? (
        <CellEditor record={record} field={field} save={save} onDone={done} />
      ) : title !== null && !isBlank(record[field.name]) ? (
        <Link
          className={styles.title}
          to={`/${object}/${record.id}` as string}
          tabIndex={-1}
          onClick={(event) => {
            // A plain click keeps the list in sight; with a modifier it is a link like any other.
            if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
            event.preventDefault();
            onOpen(record);
          }}
        >
          <Cell field={field} value={title || record[field.name]} record={record} />
        </Link>
      ) : (
        <Cell field={field} value={record[field.name]} record={record} />
      )}
    </td>
  );
});
