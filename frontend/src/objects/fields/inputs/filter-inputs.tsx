/** The value side of one condition. Most operators take the type's own input; lists, ranges and spans take their own. */
import { Input, InputNumber, Select } from "antd";
import { useState } from "react";
import { useOptions } from "../../data/options";
import { type FilterValue, isMany, type Scalar } from "../../model/filter";
import { isReference } from "../../model/meta";
import { kindOf } from "../registry";
import { ChoiceTag } from "../tag";
import type { FilterInputProps } from "../types";
import { useFormat } from "../use-format";
import styles from "./inputs.module.css";
import { TickList } from "./tick-list";

const listOf = (value: FilterValue): Scalar[] =>
  Array.isArray(value) ? value : value === null ? [] : [value as Scalar];

function SpanInput({ id, value, onChange, autoFocus }: FilterInputProps) {
  const { t } = useFormat();
  const days = typeof value === "object" && value !== null && "days" in value ? value.days : null;
  return (
    <InputNumber
      id={id}
      min={1}
      max={3650}
      precision={0}
      value={days}
      autoFocus={autoFocus ?? false}
      suffix={t("filter.days")}
      aria-label={t("filter.days")}
      onChange={(count) => onChange(count ? { days: count } : null)}
    />
  );
}

function IsNullInput({ id, field, value, onChange }: FilterInputProps) {
  const { t } = useFormat();
  return (
    <Select
      id={id}
      className={styles.full ?? ""}
      aria-label={field.label}
      value={value === false ? "false" : "true"}
      options={[
        { value: "true", label: t("filter.empty") },
        { value: "false", label: t("filter.not_empty") },
      ]}
      onChange={(picked: string) => onChange(picked === "true")}
    />
  );
}

function RangeInput({ id, field, value, onChange, autoFocus }: FilterInputProps) {
  const { t } = useFormat();
  const [from = null, to = null] = listOf(value);
  const { Input: One } = kindOf(field);
  return (
    <div className={styles.pair}>
      <One
        id={id}
        field={field}
        value={from}
        autoFocus={autoFocus ?? false}
        onChange={(next) => onChange([next as Scalar, to])}
      />
      <span>{t("filter.to")}</span>
      <One
        id={`${id}-to`}
        field={{ ...field, label: t("filter.to") }}
        value={to}
        onChange={(next) => onChange([from, next as Scalar])}
      />
    </div>
  );
}

/** Several codes at once; with `in` a choice filter is one list of ticks rather than many conditions. */
export function ChoiceFilterInput(props: FilterInputProps) {
  const { field, op, value, onChange } = props;
  if (op === "is_null") return <IsNullInput {...props} />;
  const many = isMany(op);
  return (
    <TickList
      label={field.label}
      many={many}
      ticks={(field.choices ?? []).map((choice) => ({
        value: choice.value,
        label: <ChoiceTag choice={choice} />,
        text: choice.label,
      }))}
      chosen={listOf(value).map(String)}
      onChange={(chosen) => onChange(many ? chosen : (chosen[0] ?? null))}
    />
  );
}

export function BoolFilterInput({ id, field, value, onChange }: FilterInputProps) {
  const { t } = useFormat();
  return (
    <Select
      id={id}
      className={styles.full ?? ""}
      aria-label={field.label}
      value={value === false ? "false" : "true"}
      options={[
        { value: "true", label: t("value.yes") },
        { value: "false", label: t("value.no") },
      ]}
      onChange={(picked: string) => onChange(picked === "true")}
    />
  );
}

/** Ids, not {id, label}: that is what a filter holds. `me` is offered wherever the type knows it. */
export function ReferenceFilterInput(props: FilterInputProps & { offerMe?: boolean }) {
  const { field, op, value, onChange, offerMe } = props;
  const { t } = useFormat();
  const [typed, setTyped] = useState("");
  const source = kindOf(field).optionsOf?.(field) ?? null;
  const many = isMany(op);
  const chosen = listOf(value).map(String);
  const strangers = chosen.filter((one) => one !== "me");
  const found = useOptions(source, { q: typed }, op !== "is_null");
  const named = useOptions(source, { ids: strangers.join(",") }, strangers.length > 0);
  if (op === "is_null") return <IsNullInput {...props} />;
  const options = [...(found.data ?? [])];
  for (const option of named.data ?? []) {
    if (!options.some((one) => one.id === option.id)) options.unshift(option);
  }
  if (offerMe && !typed) options.unshift({ id: "me", label: t("value.me"), sub: null });
  return (
    <TickList
      label={field.label}
      many={many}
      ticks={options.map((option) => ({
        value: option.id,
        label: option.label,
        text: option.label,
        sub: option.sub,
      }))}
      chosen={chosen}
      onChange={(next) => onChange(many ? next : (next[0] ?? null))}
      onSearch={setTyped}
      searching={found.isFetching}
    />
  );
}

export function UserFilterInput(props: FilterInputProps) {
  return <ReferenceFilterInput {...props} offerMe />;
}

export function TextFilterInput(props: FilterInputProps) {
  const { id, field, op, value, onChange, autoFocus } = props;
  if (op === "is_null") return <IsNullInput {...props} />;
  if (isMany(op)) {
    return (
      <Select
        id={id}
        mode="tags"
        className={styles.full ?? ""}
        tokenSeparators={[",", "，", "、", "\n"]}
        aria-label={field.label}
        autoFocus={autoFocus ?? false}
        value={listOf(value).map(String)}
        onChange={(next: string[]) => onChange(next)}
      />
    );
  }
  return (
    <Input
      id={id}
      aria-label={field.label}
      autoFocus={autoFocus ?? false}
      value={value === null ? "" : String(value)}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** Numbers, amounts, dates: one value, a range, or a span of days. */
export function ScaleFilterInput(props: FilterInputProps) {
  const { id, field, op, value, onChange, autoFocus } = props;
  if (op === "is_null") return <IsNullInput {...props} />;
  if (op === "between") return <RangeInput {...props} />;
  if (op === "within_last" || op === "within_next") return <SpanInput {...props} />;
  const { Input: One } = kindOf(field);
  const shown = value === "today" ? new Date().toISOString() : value;
  return (
    <One
      id={id}
      field={field}
      value={shown}
      autoFocus={autoFocus ?? false}
      onChange={(next) => onChange(isReference(next) ? next.id : (next as Scalar))}
    />
  );
}
