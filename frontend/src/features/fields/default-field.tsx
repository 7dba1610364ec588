import { useState } from "react";
import { useLocale, useT } from "@/i18n/index";
import { Field } from "@/kit/field";
import { FieldRow } from "@/objects/form/field-row";
import { isBlank } from "@/objects/model/meta";
import { asMeta, type FieldsOf } from "./definition";
import styles from "./panel.module.css";
import type { FieldForm } from "./use-field-form";

type DefaultFieldProps = { of: FieldsOf; form: FieldForm };

/** What new records begin with: a value, or for days and people the one of whoever makes the record. */
export function DefaultField({ of, form }: DefaultFieldProps) {
  const { draft } = form;
  const type = of.types.find((one) => one.type === draft.type);
  if (!type || draft.unique || !(type.default || type.moving)) return null;
  const key = `${draft.type} ${draft.dictionary}`;
  return type.moving ? (
    <MovingDefault key={key} of={of} form={form} word={type.moving} plain={type.default === true} />
  ) : (
    <PlainDefault key={key} of={of} form={form} />
  );
}

/** The input of the type itself. */
function PlainDefault({ of, form }: DefaultFieldProps) {
  const t = useT("fields");
  const english = useLocale() === "en";
  const { draft, errors, set } = form;
  const field = {
    ...asMeta(draft, english, null, of.dictionaries),
    name: "default",
    label: t("default"),
    help: t("default_hint"),
    required: false,
  };
  return (
    <FieldRow
      field={field}
      idPrefix="field"
      value={draft.default}
      values={{}}
      error={errors.default}
      onChange={(value) => set({ default: isBlank(value) || value === false ? null : (value as never) })}
    />
  );
}

function MovingDefault({ of, form, word, plain }: DefaultFieldProps & { word: string; plain: boolean }) {
  const t = useT("fields");
  const { draft, set } = form;
  const [fixed, setFixed] = useState(draft.default !== null && draft.default !== word);
  const how = fixed ? "fixed" : draft.default === word ? word : "";
  const choose = (chosen: string) => {
    setFixed(chosen === "fixed");
    set({ default: chosen === word ? word : null });
  };
  return (
    <div className={styles.two}>
      <Field label={t("default")} hint={t("default_hint")} error={fixed ? undefined : form.errors.default}>
        {(ids) => (
          <select
            {...ids}
            className={styles.select}
            value={how}
            onChange={(event) => choose(event.target.value)}
          >
            <option value="">{t("default_none")}</option>
            <option value={word}>{t(`default_${word}`)}</option>
            {plain ? <option value="fixed">{t("default_fixed")}</option> : null}
          </select>
        )}
      </Field>
      {fixed ? <PlainDefault of={of} form={form} /> : null}
    </div>
  );
}
