import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type KeyboardEvent, type RefObject, useState } from "react";
import { kindOf } from "../fields/registry";
import { useFormat } from "../fields/use-format";
import type { FieldMeta, ObjectMeta, RecordData } from "../model/meta";
import { titleOf } from "../model/meta";
import styles from "./grid.module.css";
import { GridCell } from "./grid-cell";
import { moveInGrid } from "./grid-keys";
import type { InlineSave } from "./use-inline-save";

export type GridProps = {
  meta: ObjectMeta;
  columns: FieldMeta[];
  rows: RecordData[];
  sort: string | null;
  onSort: ((field: string) => void) | null;
  selected: ReadonlySet<string> | null;
  onSelect: (ids: string[], on: boolean) => void;
  onOpen: (record: RecordData) => void;
  save: InlineSave;
  readOnly: boolean;
  scroller: RefObject<HTMLDivElement | null>;
  footer?: React.ReactNode;
  /** Fills the height it is given and scrolls inside; a related list grows with its rows instead. */
  fill?: boolean;
};

const ROW = 38;
const PICK = 40;
/** What names a row gets the room a company name needs. */
const TITLE = 236;
/** A stage is a word or two, and so is a number the product gives. */
const SHORT = 116;
/** Below this many rows the browser draws all of them faster than we could choose which. */
const VIRTUAL_FROM = 200;

export function Grid(props: GridProps) {
  const {
    meta,
    columns,
    rows,
    sort,
    onSort,
    selected,
    onSelect,
    onOpen,
    save,
    readOnly,
    scroller,
    footer,
    fill,
  } = props;
  const { t } = useFormat();
  const [active, setActive] = useState({ row: 0, column: 0 });
  const virtual = rows.length > VIRTUAL_FROM;
  const virtualizer = useVirtualizer({
    count: rows.length,
    enabled: virtual,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const items = virtual ? virtualizer.getVirtualItems() : null;
  const range = items
    ? { from: items[0]?.index ?? 0, to: (items.at(-1)?.index ?? -1) + 1 }
    : { from: 0, to: rows.length };
  const allPicked = selected !== null && rows.length > 0 && rows.every((row) => selected.has(row.id));
  const total = columns.reduce((sum, field) => sum + widthOf(meta, field), selected ? PICK : 0);

  function keyDown(event: KeyboardEvent<HTMLTableElement>) {
    const row = rows[active.row];
    moveInGrid(
      event,
      { rows: rows.length, columns: columns.length },
      {
        toggle: () => row && selected && onSelect([row.id], !selected.has(row.id)),
        reveal: (index) => virtual && virtualizer.scrollToIndex(index),
      },
    );
  }

  function focused(event: React.FocusEvent<HTMLTableElement>) {
    const { row, column } = (event.target as HTMLElement).dataset;
    if (row !== undefined && column !== undefined) setActive({ row: Number(row), column: Number(column) });
  }

  return (
    <div ref={scroller} className={fill ? styles.scroll : undefined} data-grid-scroll>
      <table
        className={styles.table}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the grid pattern on a real table
        role="grid"
        aria-label={meta.label_plural}
        aria-rowcount={rows.length + 1}
        aria-multiselectable={selected !== null}
        style={{ minWidth: total }}
        onKeyDown={keyDown}
        onFocus={focused}
      >
        <colgroup>
          {selected ? <col style={{ width: PICK }} /> : null}
          {columns.map((field) => (
            <col key={field.name} style={{ width: widthOf(meta, field) }} />
          ))}
        </colgroup>
        <thead className={styles.head}>
          <tr>
            {selected ? (
              <th scope="col" className={`${styles.stick} ${styles.pick}`}>
                <input
                  type="checkbox"
                  checked={allPicked}
                  aria-label={t("list.select_page")}
                  onChange={() =>
                    onSelect(
                      rows.map((row) => row.id),
                      !allPicked,
                    )
                  }
                />
              </th>
            ) : null}
            {columns.map((field, index) => (
              <HeadCell
                key={field.name}
                field={field}
                sort={sort}
                onSort={onSort}
                left={index === 0 ? (selected ? PICK : 0) : null}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {range.from > 0 ? <Gap height={range.from * ROW} /> : null}
          {rows.slice(range.from, range.to).map((record, offset) => {
            const index = range.from + offset;
            const picked = selected?.has(record.id) ?? false;
            const mayEdit = !readOnly && typeof record.can?.edit !== "string";
            return (
              <tr
                key={record.id}
                className={styles.row}
                aria-rowindex={index + 2}
                aria-selected={selected ? picked : undefined}
              >
                {selected ? (
                  <td className={`${styles.stick} ${styles.pick}`}>
                    <input
                      type="checkbox"
                      checked={picked}
                      aria-label={t("list.select_row", { title: titleOf(meta, record) })}
                      onChange={() => onSelect([record.id], !picked)}
                    />
                  </td>
                ) : null}
                {columns.map((field, column) => (
                  <GridCell
                    key={field.name}
                    object={meta.name}
                    record={record}
                    field={field}
                    title={field.name === meta.title_field ? titleOf(meta, record) : null}
                    editable={
                      mayEdit && field.inline_edit && !field.read_only && field.name !== meta.title_field
                    }
                    row={index}
                    column={column}
                    left={column === 0 ? (selected ? PICK : 0) : null}
                    focusable={active.row === index && active.column === column}
                    save={save}
                    onOpen={onOpen}
                  />
                ))}
              </tr>
            );
          })}
          {range.to < rows.length ? <Gap height={(rows.length - range.to) * ROW} /> : null}
        </tbody>
      </table>
      {footer}
    </div>
  );
}

function widthOf(meta: ObjectMeta, field: FieldMeta): number {
  const said = meta.list.widths?.[field.name];
  if (said) return said;
  if (field.name === meta.title_field) return TITLE;
  const isNumber = field.type === "text" && field.read_only && !field.computed;
  return isNumber || field.name === meta.detail.path_field ? SHORT : kindOf(field).width;
}

function Gap({ height }: { height: number }) {
  return (
    <tr>
      <td style={{ height, padding: 0 }} />
    </tr>
  );
}

type HeadCellProps = {
  field: FieldMeta;
  sort: string | null;
  onSort: GridProps["onSort"];
  left: number | null;
};

function HeadCell({ field, sort, onSort, left }: HeadCellProps) {
  const direction = sort === field.name ? "ascending" : sort === `-${field.name}` ? "descending" : undefined;
  const classes = [
    kindOf(field).align === "end" ? styles.end : "",
    left === null ? "" : `${styles.stick} ${styles.edge}`,
  ].join(" ");
  return (
    <th
      scope="col"
      className={classes}
      style={left === null ? undefined : { left }}
      aria-sort={direction}
      title={field.help || undefined}
    >
      {field.sortable && onSort ? (
        <button type="button" className={styles.sort} onClick={() => onSort(field.name)}>
          <span title={field.label}>{field.label}</span>
          {direction === "ascending" ? <ArrowUp size={13} aria-hidden /> : null}
          {direction === "descending" ? <ArrowDown size={13} aria-hidden /> : null}
        </button>
      ) : (
        <span className={styles.headText} title={field.label}>
          {field.label}
        </span>
      )}
    </th>
  );
}
