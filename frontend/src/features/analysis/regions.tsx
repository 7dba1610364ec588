import { useState } from "react";
import { useLocale, useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { formatShort, formatShortMoney } from "@/kit/money";
import { Pills } from "@/kit/pills";
import styles from "./analysis.module.css";
import { FigureLink } from "./figure";
import { PartCard } from "./part-card";
import { type Column, numberOf, type Row, type Table } from "./queries";
import { SHADES, STRONG, shade, shortName, TILES, tilesSvg } from "./tiles";

/** The provinces as equal tiles, shaded by a measure; what lies elsewhere stands below by name. */
export function Regions() {
  const t = useT("analysis");
  const english = useLocale() === "en";
  const [chosen, setChosen] = useState("customers");
  const columnOf = (table: Table) => table.columns.find(({ key }) => key === chosen) ?? table.columns[0];
  return (
    <PartCard
      part="regions"
      beside="half"
      sortable
      controls={(table) => (
        <Pills
          label={t("regions.measure")}
          options={table.columns.map(({ key, label }) => ({ value: key, label }))}
          value={columnOf(table)?.key ?? ""}
          onChoose={setChosen}
        />
      )}
      isEmpty={(table) => table.rows.every((row) => table.columns.every(({ key }) => !numberOf(row, key)))}
      draw={(table, colours) => {
        const column = columnOf(table);
        const said = (row: Row) => (column ? saidOf(row, column) : "");
        return { ...tilesSvg(table.rows, column?.key ?? "", said, english, colours), what: column?.label };
      }}
    >
      {(table) => {
        const column = columnOf(table);
        return column ? <Tiles rows={table.rows} column={column} english={english} /> : null;
      }}
    </PartCard>
  );
}

function saidOf(row: Row, column: Column): string {
  const value = numberOf(row, column.key);
  if (!value) return "";
  return column.kind === "money" ? formatShortMoney(value) : formatShort(value);
}

function Tiles({ rows, column, english }: { rows: Row[]; column: Column; english: boolean }) {
  const placed = rows.filter((row) => TILES[row.key]);
  const elsewhere = rows.filter((row) => !TILES[row.key]);
  const most = Math.max(0, ...placed.map((row) => numberOf(row, column.key)));
  return (
    <>
      <ul className={styles.tiles}>
        {placed.map((row) => {
          const [x, y] = TILES[row.key] ?? [0, 0];
          const level = shade(numberOf(row, column.key), most);
          const path = row.figures[column.key]?.path;
          const name = `${row.label} ${saidOf(row, column) || 0}`;
          const inside = (
            <>
              <span>{shortName(row, english)}</span>
              <span className="km-num">{saidOf(row, column)}</span>
            </>
          );
          return (
            <li
              key={row.key}
              className={level >= STRONG ? styles.strong : undefined}
              style={{
                gridColumn: x + 1,
                gridRow: y + 1,
                background: `color-mix(in srgb, var(--km-accent) ${(SHADES[level] ?? 0) * 100}%, var(--km-sunken))`,
              }}
            >
              {path && level ? (
                <AppLink path={path} aria-label={name} title={name}>
                  {inside}
                </AppLink>
              ) : (
                <span title={row.label}>{inside}</span>
              )}
            </li>
          );
        })}
      </ul>
      <p className={styles.elsewhere}>
        {elsewhere.map((row) => (
          <span key={row.key}>
            {row.label} <FigureLink figure={row.figures[column.key]} kind={column.kind} />
          </span>
        ))}
      </p>
    </>
  );
}
