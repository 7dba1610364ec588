import { X } from "lucide-react";
import { comma, useT } from "@/i18n/index";
import styles from "./fields.module.css";
import type { LayoutField } from "./layout";
import { moved } from "./ordered";
import { SortableRow } from "./sortable-row";

type FieldOrderProps = {
  list: string;
  /** What the list is called. */
  label: string;
  names: string[];
  fields: LayoutField[];
  readOnly: boolean;
  onChange: (names: string[]) => void;
  /** What adding does besides putting the name last, where a name stands in one list only. */
  onAdd?: (name: string) => void;
};

/** Fields in an order: put in, taken out, moved. */
export function FieldOrder({
  list,
  label: listLabel,
  names,
  fields,
  readOnly,
  onChange,
  onAdd,
}: FieldOrderProps) {
  const t = useT("fields");
  const labelOf = (name: string) => fields.find((field) => field.name === name)?.label ?? name;
  const known = names.filter((name) => fields.some((field) => field.name === name));
  if (readOnly) {
    return <p className={styles.inherited}>{known.map(labelOf).join(comma()) || t("empty_part")}</p>;
  }
  const others = fields.filter((field) => !names.includes(field.name));
  return (
    <>
      <ul>
        {known.map((name, index) => {
          const label = labelOf(name);
          return (
            <SortableRow
              key={name}
              list={list}
              index={index}
              count={known.length}
              label={label}
              onMove={(from, to) => onChange(moved(known, from, to))}
            >
              <span className={styles.name}>{label}</span>
              {fields.find((field) => field.name === name)?.required ? (
                <span className={styles.marks}>
                  <span>{t("required")}</span>
                </span>
              ) : null}
              <button
                type="button"
                className={styles.out}
                aria-label={t("take_out", { label })}
                title={t("take_out", { label })}
                onClick={() => onChange(known.filter((one) => one !== name))}
              >
                <X size={15} aria-hidden />
              </button>
            </SortableRow>
          );
        })}
      </ul>
      <div className={styles.addRow}>
        <select
          aria-label={t("put_into", { label: listLabel })}
          value=""
          onChange={(event) => {
            const name = event.target.value;
            if (!name) return;
            if (onAdd) onAdd(name);
            else onChange([...known, name]);
          }}
        >
          <option value="">{t("put_in")}</option>
          {others.map((field) => (
            <option key={field.name} value={field.name}>
              {field.label}
            </option>
          ))}
        </select>
      </div>
    </>
  );
}
