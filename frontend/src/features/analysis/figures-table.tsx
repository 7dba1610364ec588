import { useState } from "react";
import { useT } from "@/i18n/index";
import styles from "./analysis.module.css";
import { FigureLink } from "./figure";
import { cellOf, numberOf, type Row, type Table } from "./queries";

type FiguresTableProps = {
  label: string;
  table: Table;
  /** Rows are put in the order of a column; the first one to begin with. */
  sortable?: boolean;
  onSort?: (column: string) => void;
};

/** Rows in the order of a column, from the top; what has no value comes last. */
export function sorted(rows: Row[], column: string): Row[] {
  return [...rows].sort((a, b) => {
    const [x, y] = [cellOf(a, column), cellOf(b, column)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return numberOf(b, column) - numberOf(a, column);
  });
}

export function FiguresTable({ label, table, sortable = false, onSort }: FiguresTableProps) {
  const t = useT("analysis");
  const [chosen, setChosen] = useState<string | null>(null);
  const by = table.columns.some((column) => column.key === chosen) ? chosen : (table.columns[0]?.key ?? null);
  const rows = sortable && by && (chosen || table.rows.length > 1) ? sorted(table.rows, by) : table.rows;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keys
    <section className={styles.scroll} tabIndex={0} aria-label={label}>
      <table className={styles.table}>
        <caption className="km-hidden">{label}</caption>
        <thead>
          <tr>
            <th scope="col">{table.rows_are}</th>
            {table.columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                className={styles.end}
                aria-sort={sortable && column.key === by ? "descending" : undefined}
              >
                {sortable ? (
                  <button
                    type="button"
                    title={t("sortBy", { column: column.label })}
                    onClick={() => {
                      setChosen(column.key);
                      onSort?.(column.key);
                    }}
                  >
                    {column.label}
                    <span aria-hidden>{column.key === by ? " ↓" : ""}</span>
                  </button>
                ) : (
                  column.label
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">{row.label}</th>
              {table.columns.map((column) => (
                <td key={column.key} className={styles.end}>
                  <FigureLink figure={row.figures[column.key]} kind={column.kind} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
