import { useRef } from "react";
import { useT } from "@/i18n/index";
import { Field } from "@/kit/field";
import type { FieldsOf } from "./definition";
import styles from "./panel.module.css";
import { TrialResult } from "./trial-result";
import type { FieldForm } from "./use-field-form";
import { useTrial } from "./use-trial";

type FormulaEditorProps = { of: FieldsOf; form: FieldForm; keyOf: string | null };

/** A formula, tried while it is written. Fields are put in by name, so that nobody has to know how they are spelled. */
export function FormulaEditor({ of, form, keyOf }: FormulaEditorProps) {
  const t = useT("fields");
  const area = useRef<HTMLTextAreaElement>(null);
  const { draft, errors, set } = form;
  const trial = useTrial(of.object, draft, keyOf, draft.formula.trim() !== "");
  function put(text: string) {
    const { selectionStart: from, selectionEnd: to } = area.current ?? { selectionStart: 0, selectionEnd: 0 };
    set({ formula: `${draft.formula.slice(0, from)}${text}${draft.formula.slice(to)}` });
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(from + text.length, from + text.length);
    });
  }
  const names = [
    ...of.items.filter((item) => item.active && item.key !== keyOf).map((item) => item.label_zh),
    ...of.declared.map((field) => field.label),
  ];
  return (
    <section className={styles.box} aria-label={t("formula")}>
      <Field label={t("formula")} hint={t("formula_hint")} error={errors.formula}>
        {(ids) => (
          <textarea
            {...ids}
            ref={area}
            className={styles.code}
            rows={4}
            spellCheck={false}
            value={draft.formula}
            onChange={(event) => set({ formula: event.target.value })}
          />
        )}
      </Field>
      <div className={styles.two}>
        <select
          className={styles.select}
          aria-label={t("put_field")}
          value=""
          onChange={(event) => put(`{${event.target.value}}`)}
        >
          <option value="">{t("put_field")}</option>
          {[...new Set(names)].map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <select
          className={styles.select}
          aria-label={t("put_function")}
          value=""
          onChange={(event) => put(`${event.target.value}()`)}
        >
          <option value="">{t("put_function")}</option>
          {of.functions.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </div>
      {draft.formula.trim() ? (
        <TrialResult trial={trial.data} error={trial.error} source={draft.formula} />
      ) : null}
    </section>
  );
}
