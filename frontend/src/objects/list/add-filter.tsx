import { useState } from "react";
import { useFormat } from "../fields/use-format";
import type { Leaf } from "../model/filter";
import type { FieldMeta, ObjectMeta } from "../model/meta";
import { ConditionEditor } from "./condition-editor";
import styles from "./filter-bar.module.css";

type AddFilterProps = {
  meta: ObjectMeta;
  onApply: (leaf: Leaf | null) => void;
  onClose: () => void;
  onAdvanced: () => void;
};

/** First the field, then its condition, in the same small panel. */
export function AddFilter({ meta, onApply, onClose, onAdvanced }: AddFilterProps) {
  const { t } = useFormat();
  const [field, setField] = useState<FieldMeta | null>(null);
  const [typed, setTyped] = useState("");
  if (field)
    return (
      <>
        <p className={styles.group}>{field.label}</p>
        <ConditionEditor field={field} leaf={null} onApply={onApply} onClose={onClose} />
      </>
    );
  const fields = meta.fields.filter(
    (one) =>
      one.filterable && one.operators.length > 0 && one.label.toLowerCase().includes(typed.toLowerCase()),
  );
  const sections = [...meta.sections, { key: "", label: "" }];
  const known = new Set(meta.sections.map((section) => section.key));
  return (
    <div className={styles.fields}>
      <input
        type="search"
        className={styles.native}
        // biome-ignore lint/a11y/noAutofocus: the panel was opened to type into it
        autoFocus
        placeholder={t("filter.which_field")}
        aria-label={t("filter.which_field")}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && fields[0] && setField(fields[0])}
      />
      <div className={styles.fieldList}>
        {sections.map((section) => {
          const own = fields.filter(
            (one) => (known.has(one.section ?? "") ? one.section : "") === section.key,
          );
          if (own.length === 0) return null;
          return (
            <div key={section.key}>
              {section.label ? <p className={styles.group}>{section.label}</p> : null}
              {own.map((one) => (
                <button
                  key={one.name}
                  type="button"
                  className={styles.fieldItem}
                  onClick={() => setField(one)}
                >
                  {one.label}
                </button>
              ))}
            </div>
          );
        })}
        {fields.length === 0 ? <p className={styles.nothing}>{t("field.nothing_found")}</p> : null}
      </div>
      <button type="button" className={styles.clear} onClick={onAdvanced}>
        {t("filter.advanced")}
      </button>
    </div>
  );
}
