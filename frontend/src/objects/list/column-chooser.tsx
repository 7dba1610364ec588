import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useState } from "react";
import { useCan } from "@/access/me";
import { useFormat } from "../fields/use-format";
import type { FieldMeta, ObjectMeta } from "../model/meta";
import styles from "./column-chooser.module.css";

type ColumnChooserProps = {
  meta: ObjectMeta;
  columns: FieldMeta[];
  onChange: (columns: string[] | null) => void;
};

/** Shown columns first, in their order, moved by buttons (which a keyboard and a finger can use alike); then the others. */
export function ColumnChooser({ meta, columns, onChange }: ColumnChooserProps) {
  const { t } = useFormat();
  const mayAdd = useCan()("platform.field.manage");
  const [typed, setTyped] = useState("");
  const names = columns.map((field) => field.name);
  const others = meta.fields.filter(
    (field) => !names.includes(field.name) && field.label.toLowerCase().includes(typed.toLowerCase()),
  );
  const move = (index: number, by: number) => {
    const next = names.slice();
    const [name] = next.splice(index, 1);
    if (name) next.splice(index + by, 0, name);
    onChange(next);
  };
  return (
    <div className={styles.panel}>
      <ul className={styles.list} aria-label={t("columns.shown")}>
        {columns.map((field, index) => (
          <li key={field.name} className={styles.item}>
            <label>
              <input
                type="checkbox"
                checked
                disabled={names.length === 1 || field.name === meta.title_field}
                onChange={() => onChange(names.filter((name) => name !== field.name))}
              />
              {field.label}
            </label>
            <button
              type="button"
              aria-label={t("columns.up", { label: field.label })}
              disabled={index === 0}
              onClick={() => move(index, -1)}
            >
              <ArrowUp size={14} aria-hidden />
            </button>
            <button
              type="button"
              aria-label={t("columns.down", { label: field.label })}
              disabled={index === names.length - 1}
              onClick={() => move(index, 1)}
            >
              <ArrowDown size={14} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      <input
        type="search"
        className={styles.search}
        placeholder={t("columns.find")}
        aria-label={t("columns.find")}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <ul className={styles.list} aria-label={t("columns.hidden")}>
        {others.map((field) => (
          <li key={field.name} className={styles.item}>
            <label>
              <input type="checkbox" checked={false} onChange={() => onChange([...names, field.name])} />
              {field.label}
            </label>
          </li>
        ))}
      </ul>
      <div className={styles.foot}>
        <Button size="small" onClick={() => onChange(null)}>
          {t("columns.reset")}
        </Button>
        {mayAdd ? (
          <Link className={styles.add} to="/admin/fields" search={{ id: meta.name, add: "1" } as never}>
            {t("columns.add_field")}
          </Link>
        ) : null}
      </div>
    </div>
  );
}
