import { Link } from "@tanstack/react-router";
import { kindOf } from "../fields/registry";
import { useFormat } from "../fields/use-format";
import {
  type FieldMeta,
  fieldsNamed,
  isBlank,
  type ObjectMeta,
  type RecordData,
  titleOf,
} from "../model/meta";
import styles from "./cards.module.css";

type CardsProps = {
  meta: ObjectMeta;
  columns: FieldMeta[];
  rows: RecordData[];
  selected: ReadonlySet<string> | null;
  onSelect: (ids: string[], on: boolean) => void;
  onVisit?: (record: RecordData) => void;
};

const FACTS = 3;

/** Which facts a card shows: the first columns that are neither its title nor its line below. */
export function factsOf(meta: ObjectMeta, columns: FieldMeta[]): FieldMeta[] {
  const taken = [meta.title_field, ...meta.subtitle_fields];
  return columns.filter((field) => !taken.includes(field.name)).slice(0, FACTS);
}

/** A list on a phone: one card for each record, the whole card leads to it. */
export function Cards({ meta, columns, rows, selected, onSelect, onVisit }: CardsProps) {
  const context = useFormat();
  const { t } = context;
  const facts = factsOf(meta, columns);
  const subtitle = fieldsNamed(meta, meta.subtitle_fields);
  return (
    <ul className={styles.cards} aria-label={meta.label_plural}>
      {rows.map((record) => (
        <li key={record.id} className={styles.card} data-picked={selected?.has(record.id) ?? false}>
          <div className={styles.head}>
            <Link
              className={styles.title}
              to={`/${meta.name}/${record.id}` as string}
              onClick={() => onVisit?.(record)}
            >
              {titleOf(meta, record) || t("value.untitled")}
            </Link>
            {selected && selected.size > 0 ? (
              <input
                type="checkbox"
                checked={selected.has(record.id)}
                aria-label={t("list.select_row", { title: titleOf(meta, record) })}
                onChange={(event) => onSelect([record.id], event.target.checked)}
              />
            ) : null}
          </div>
          <p className={styles.sub}>
            {subtitle
              .map((field) => kindOf(field).text(field, record[field.name], context, record))
              .filter(Boolean)
              .join(" · ")}
          </p>
          <dl className={styles.facts}>
            {facts.map((field) => {
              const { Cell } = kindOf(field);
              return isBlank(record[field.name]) ? null : (
                <div key={field.name}>
                  <dt>{field.label}</dt>
                  <dd>
                    <Cell field={field} value={record[field.name]} record={record} />
                  </dd>
                </div>
              );
            })}
          </dl>
        </li>
      ))}
    </ul>
  );
}
