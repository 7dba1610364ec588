import type { ReactNode } from "react";
import styles from "./simple-table.module.css";

export type SimpleColumn<R> = {
  key: string;
  title: ReactNode;
  cell: (row: R) => ReactNode;
  align?: "end";
  /** On a phone a row becomes a card: its first column the heading, this one left out. */
  phone?: "hide";
  width?: number | string;
};

type SimpleTableProps<R> = {
  label: string;
  columns: SimpleColumn<R>[];
  rows: R[];
  rowKey: (row: R) => string;
  /** Shown under a row, over its whole width. */
  below?: (row: R) => ReactNode;
};

/** A plain table for short lists (sessions, users, audit). Lists of records use ObjectTable. */
export function SimpleTable<R>({ label, columns, rows, rowKey, below }: SimpleTableProps<R>) {
  return (
    <table className={styles.table}>
      <caption className="km-hidden">{label}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th
              key={column.key}
              scope="col"
              className={column.align === "end" ? styles.end : undefined}
              style={column.width === undefined ? undefined : { width: column.width }}
            >
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      {rows.map((row) => {
        const extra = below?.(row);
        return (
          <tbody key={rowKey(row)}>
            <tr>
              {columns.map((column) => (
                <td
                  key={column.key}
                  data-title={typeof column.title === "string" ? column.title : undefined}
                  className={`${column.align === "end" ? styles.end : ""} ${column.phone === "hide" ? styles.wide : ""}`}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
            {extra ? (
              <tr className={styles.extra}>
                <td colSpan={columns.length}>{extra}</td>
              </tr>
            ) : null}
          </tbody>
        );
      })}
    </table>
  );
}
