import { useT } from "@/i18n/index";
import { Field, TextField } from "@/kit/field";
import type { Draft, FieldsOf } from "./definition";
import styles from "./panel.module.css";
import type { FieldForm } from "./use-field-form";

type TypeOptionsProps = { of: FieldsOf; options: string[]; form: FieldForm };
type NumberOption = "decimals" | "min" | "max" | "max_length";

const CURRENCIES = ["CNY", "USD", "EUR", "HKD", "JPY", "GBP"];

/** The settings that belong to a type; which these are the server says. */
export function TypeOptions({ of, options, form }: TypeOptionsProps) {
  const t = useT("fields");
  const { draft, errors, set } = form;
  const number = (name: NumberOption, whole: boolean) => (
    <TextField
      key={name}
      label={t(name)}
      error={errors[name]}
      inputMode={whole ? "numeric" : "decimal"}
      value={draft[name] === null ? "" : String(draft[name])}
      onValue={(typed) => set({ [name]: read(typed, whole) } as Partial<Draft>)}
    />
  );
  const pick = (
    name: "dictionary" | "target" | "currency",
    none: string | null,
    all: { value: string; label: string }[],
  ) => (
    <Field key={name} label={t(name)} error={errors[name]}>
      {(ids) => (
        <select
          {...ids}
          className={styles.select}
          value={draft[name]}
          onChange={(event) => set({ [name]: event.target.value })}
        >
          {none === null ? null : <option value="">{none}</option>}
          {all.map((one) => (
            <option key={one.value} value={one.value}>
              {one.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
  const shown = [
    options.includes("decimals") ? number("decimals", true) : null,
    options.includes("min") ? number("min", false) : null,
    options.includes("max") ? number("max", draft.type === "rating") : null,
    options.includes("max_length") ? number("max_length", true) : null,
    options.includes("currency")
      ? pick(
          "currency",
          t("currency_default"),
          CURRENCIES.map((code) => ({ value: code, label: code })),
        )
      : null,
    options.includes("target")
      ? pick(
          "target",
          t("choose"),
          of.targets.map((one) => ({ value: one.object, label: one.label })),
        )
      : null,
    options.includes("dictionary")
      ? pick(
          "dictionary",
          t("own_choices"),
          of.dictionaries.map((one) => ({ value: one.code, label: one.label })),
        )
      : null,
  ].filter(Boolean);
  return shown.length > 0 ? <div className={styles.two}>{shown}</div> : null;
}

/** What is no number goes to the server as typed, and comes back with a reason. */
function read(typed: string, whole: boolean): string | number | null {
  const text = typed.trim();
  if (text === "") return null;
  return whole && /^\d{1,9}$/.test(text) ? Number(text) : text;
}
