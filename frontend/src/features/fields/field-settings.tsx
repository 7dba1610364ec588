import { useT } from "@/i18n/index";
import { Field, TextField } from "@/kit/field";
import { Breaches } from "./breaches";
import { ChoicesEditor } from "./choices-editor";
import { ConditionField } from "./condition-field";
import { DefaultField } from "./default-field";
import { type Definition, type Draft, type FieldsOf, isComputed, retyped } from "./definition";
import { FormulaEditor } from "./formula-editor";
import styles from "./panel.module.css";
import { RollupEditor } from "./rollup-editor";
import { TypeOptions } from "./type-options";
import type { FieldForm } from "./use-field-form";

type FieldSettingsProps = { of: FieldsOf; form: FieldForm; definition: Definition | null };

/** Everything that can be settled of a field; what does not belong to its type is not offered. */
export function FieldSettings({ of, form, definition }: FieldSettingsProps) {
  const t = useT("fields");
  const { draft, errors, set } = form;
  const options = of.types.find((type) => type.type === draft.type)?.options ?? [];
  const computed = isComputed(draft.type);
  const text = (name: "label_zh" | "label_en" | "help_zh" | "help_en" | "key", hint?: string) => (
    <TextField
      label={t(name)}
      hint={hint}
      error={errors[name]}
      value={draft[name]}
      required={name === "label_zh"}
      maxLength={name.startsWith("help") ? 300 : 60}
      onValue={(value) => set({ [name]: value })}
    />
  );
  return (
    <div className={styles.stack}>
      <div className={styles.two}>
        {text("label_zh")}
        {text("label_en", t("label_en_hint"))}
        <Field label={t("type")} error={errors.type} hint={definition ? t("type_fixed") : undefined}>
          {(ids) => (
            <select
              {...ids}
              className={styles.select}
              value={draft.type}
              onChange={(event) => {
                const type = of.types.find((one) => one.type === event.target.value);
                if (type) set(retyped(draft, type));
              }}
            >
              {of.types.map((type) => (
                <option key={type.type} value={type.type}>
                  {type.label}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t("section")} error={errors.section}>
          {(ids) => (
            <select
              {...ids}
              className={styles.select}
              value={draft.section}
              onChange={(event) => set({ section: event.target.value })}
            >
              {of.sections.map((section) => (
                <option key={section.key} value={section.key}>
                  {section.label}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <TypeOptions of={of} options={options} form={form} />
      {definition && hasBounds(definition) ? <Breaches definition={definition} rule="bounds" /> : null}
      {options.includes("choices") && !draft.dictionary ? (
        <ChoicesEditor
          choices={draft.choices}
          error={errors.choices}
          onChange={(choices) => set({ choices })}
        />
      ) : null}
      {draft.type === "formula" ? (
        <FormulaEditor of={of} form={form} keyOf={definition?.key ?? null} />
      ) : null}
      {draft.type === "rollup" ? <RollupEditor of={of} form={form} keyOf={definition?.key ?? null} /> : null}
      {computed ? null : <DefaultField of={of} form={form} />}
      <Rules form={form} options={options} computed={computed} definition={definition} />
      <details className={styles.more}>
        <summary>{t("more")}</summary>
        <div className={styles.two}>
          {text("help_zh")}
          {text("help_en")}
          {definition ? null : text("key", t("key_hint"))}
          {computed ? null : <ClassField of={of} form={form} />}
        </div>
        <ConditionField
          object={of.object}
          label={t("show_when")}
          hint={t("show_when_hint")}
          error={errors.show_when}
          value={draft.show_when}
          onChange={(show_when) => set({ show_when })}
        />
        {computed ? null : (
          <ConditionField
            object={of.object}
            label={t("require_when")}
            hint={t("require_when_hint")}
            error={errors.require_when}
            value={draft.require_when}
            onChange={(require_when) => set({ require_when })}
          />
        )}
        {definition?.require_when && !draft.required ? (
          <Breaches definition={definition} rule="required" />
        ) : null}
      </details>
    </div>
  );
}

function hasBounds({ min, max, max_length }: Definition): boolean {
  return min !== null || max !== null || max_length !== null;
}

/** Whether what it holds tells of people: such fields go into the copy for a person, and are erased with him. */
function ClassField({ of, form }: { of: FieldsOf; form: FieldForm }) {
  const t = useT("fields");
  const { draft, errors, set } = form;
  const usual = of.types.find((type) => type.type === draft.type)?.data_class ?? "internal";
  return (
    <Field label={t("data_class")} hint={t("data_class_hint")} error={errors.data_class}>
      {(ids) => (
        <select
          {...ids}
          className={styles.select}
          value={draft.data_class || usual}
          onChange={(event) => set({ data_class: event.target.value as Draft["data_class"] })}
        >
          {(["public", "internal", "personal"] as const).map((name) => (
            <option key={name} value={name}>
              {t(`class_${name}`)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

type RulesProps = {
  form: FieldForm;
  options: string[];
  computed: boolean;
  definition: Definition | null;
};

/** What is demanded of values, and where the field turns up by itself. */
function Rules({ form, options, computed, definition }: RulesProps) {
  const t = useT("fields");
  const { draft, errors, set } = form;
  const tick = (name: keyof Pick<Draft, "required" | "unique" | "searchable" | "quick" | "inline_edit">) => (
    <div key={name}>
      <label className={styles.tick}>
        <input
          type="checkbox"
          checked={draft[name]}
          onChange={(event) => {
            const on = event.target.checked;
            // What comes once cannot be what every record begins with.
            set(name === "unique" && on ? { unique: on, default: null } : { [name]: on });
          }}
        />
        <span>
          {t(`flag_${name}`)}
          <small>{t(`flag_${name}_hint`)}</small>
        </span>
      </label>
      {errors[name] ? (
        <p className={styles.problem} role="alert">
          {errors[name]}
        </p>
      ) : null}
      {definition && draft[name] && (name === "required" || name === "unique") ? (
        <Breaches definition={definition} rule={name} />
      ) : null}
    </div>
  );
  if (computed) return null;
  return (
    <fieldset className={styles.ticks}>
      <legend className="km-hidden">{t("rules")}</legend>
      {tick("required")}
      {options.includes("unique") ? tick("unique") : null}
      {options.includes("searchable") ? tick("searchable") : null}
      {tick("quick")}
      {tick("inline_edit")}
    </fieldset>
  );
}
