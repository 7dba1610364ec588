import { Select } from "antd";
import { useDeferredValue, useState } from "react";
import { useOptions } from "../../data/options";
import type { Filter } from "../../model/filter";
import { isReference, type Ref } from "../../model/meta";
import { kindOf } from "../registry";
import type { InputProps } from "../types";
import { useFormat } from "../use-format";
import styles from "./inputs.module.css";

/**
 * Looks records up while typing. The value kept is `{id, label}`, so the name stays on screen without asking again;
 * a bare id (a filter, a default) has its label fetched.
 */
export function ReferenceInput(props: InputProps) {
  const { id, field, value, values, onChange, invalid, describedBy, autoFocus, open, size } = props;
  const { t } = useFormat();
  const [typed, setTyped] = useState("");
  const [opened, setOpened] = useState(open ?? false);
  const asked = useDeferredValue(typed);
  const source = kindOf(field).optionsOf?.(field) ?? null;
  const shared = field.within ? values?.[field.within] : null;
  const filter: Filter | null =
    field.within && isReference(shared) ? { field: field.within, op: "eq", value: shared.id } : null;
  const found = useOptions(source, { q: asked, filter }, opened);
  const bare = typeof value === "string" && value !== "" ? value : null;
  const named = useOptions(source, { ids: bare ?? "" }, bare !== null);
  const current: Ref | null = isReference(value)
    ? value
    : bare
      ? (named.data?.find((option) => option.id === bare) ?? { id: bare, label: null })
      : null;

  const options = (found.data ?? []).map((option) => ({
    value: option.id,
    label: option.label,
    sub: option.sub,
  }));
  if (current && !typed && !options.some((option) => option.value === current.id)) {
    options.unshift({
      value: current.id,
      label: current.label ?? (named.isLoading ? "…" : t("value.hidden")),
      sub: null,
    });
  }
  return (
    <Select
      id={id}
      className={styles.full ?? ""}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      allowClear={!field.required}
      placeholder={t("field.search_in", { label: field.target_label ?? field.label })}
      aria-label={field.label}
      aria-describedby={describedBy}
      status={invalid ? "error" : undefined}
      autoFocus={autoFocus ?? false}
      defaultOpen={open ?? false}
      onOpenChange={setOpened}
      size={size ?? "middle"}
      loading={found.isFetching}
      notFoundContent={found.isFetching ? t("field.searching") : t("field.nothing_found")}
      value={current?.id ?? null}
      options={options}
      optionRender={(option) => (
        <span>
          {option.label}
          {option.data.sub ? <span className={styles.sub}>{option.data.sub}</span> : null}
        </span>
      )}
      onChange={(picked: string | null | undefined) => {
        const option = options.find((one) => one.value === picked);
        onChange(picked && option ? { id: picked, label: option.label } : null);
      }}
    />
  );
}
