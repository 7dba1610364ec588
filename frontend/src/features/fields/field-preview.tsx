import { useState } from "react";
import { useLocale, useT } from "@/i18n/index";
import { kindOf } from "@/objects/fields/registry";
import { FieldRow } from "@/objects/form/field-row";
import { asMeta, type Draft, type FieldsOf } from "./definition";
import styles from "./panel.module.css";

type FieldPreviewProps = { of: FieldsOf; draft: Draft; result: string | null };

/** The field as people will meet it: its input to try, and the same value as a list shows it. */
export function FieldPreview({ of, draft, result }: FieldPreviewProps) {
  const t = useT("fields");
  const english = useLocale() === "en";
  const [value, setValue] = useState<unknown>(null);
  const field = asMeta(draft, english, result, of.dictionaries);
  const { Cell } = kindOf(field);
  if (!field.label) return null;
  return (
    <section className={styles.preview} aria-label={t("preview")}>
      <h3>{t("preview")}</h3>
      {field.computed ? (
        <p className={styles.hint}>{t("computed_hint")}</p>
      ) : (
        <div className={styles.two}>
          <FieldRow
            // Another type is another input; what was tried in the old one means nothing in it.
            key={`${draft.type} ${draft.target} ${draft.dictionary}`}
            field={field}
            idPrefix="preview"
            value={value}
            values={{}}
            onChange={setValue}
          />
          <div>
            <span className={styles.label}>{t("in_list")}</span>
            <p className={styles.cell}>
              <Cell field={field} value={value} />
            </p>
          </div>
        </div>
      )}
    </section>
  );
}
