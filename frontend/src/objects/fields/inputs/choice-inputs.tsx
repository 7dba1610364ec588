import { Select, Switch } from "antd";
import type { FieldMeta } from "../../model/meta";
import { ChoiceTag } from "../tag";
import type { InputProps } from "../types";
import styles from "./inputs.module.css";

/** Values no longer offered stay selectable where they are already set, so that saving does not lose them. */
function optionsFor(field: FieldMeta, chosen: unknown[]) {
  return (field.choices ?? [])
    .filter((choice) => choice.active !== false || chosen.includes(choice.value))
    .map((choice) => ({ value: choice.value, label: <ChoiceTag choice={choice} />, search: choice.label }));
}

const matches = (typed: string, option?: { search?: string; value?: unknown }) =>
  `${option?.search ?? ""}${String(option?.value ?? "")}`.toLowerCase().includes(typed.toLowerCase());

export function ChoiceInput({
  id,
  field,
  value,
  onChange,
  invalid,
  describedBy,
  autoFocus,
  open,
  size,
}: InputProps) {
  return (
    <Select
      id={id}
      className={styles.full ?? ""}
      showSearch={{ filterOption: matches }}
      allowClear={!field.required}
      aria-label={field.label}
      aria-describedby={describedBy}
      status={invalid ? "error" : undefined}
      autoFocus={autoFocus ?? false}
      defaultOpen={open ?? false}
      size={size ?? "middle"}
      // Nothing is kept as an empty text, which would offer to be cleared.
      value={(value as string | null) || null}
      options={optionsFor(field, [value])}
      onChange={(code: string | null | undefined) => onChange(code ?? null)}
    />
  );
}

export function ManyInput({ id, field, value, onChange, invalid, describedBy, autoFocus, size }: InputProps) {
  const chosen = Array.isArray(value) ? (value as string[]) : [];
  return (
    <Select
      id={id}
      mode={field.choices ? "multiple" : "tags"}
      className={styles.full ?? ""}
      tokenSeparators={field.choices ? [] : [",", "，", "、", ";", "；"]}
      aria-label={field.label}
      aria-describedby={describedBy}
      status={invalid ? "error" : undefined}
      autoFocus={autoFocus ?? false}
      size={size ?? "middle"}
      value={chosen}
      {...(field.choices ? { showSearch: { filterOption: matches } } : {})}
      options={
        field.choices ? optionsFor(field, chosen) : chosen.map((word) => ({ value: word, label: word }))
      }
      onChange={(list: string[]) => onChange(list)}
    />
  );
}

export function BoolInput({ id, field, value, onChange, describedBy, autoFocus }: InputProps) {
  return (
    <Switch
      id={id}
      className={styles.switch ?? ""}
      checked={value === true}
      autoFocus={autoFocus ?? false}
      aria-label={field.label}
      aria-describedby={describedBy}
      onChange={onChange}
    />
  );
}
