import { Button } from "antd";
import { lazy, Suspense, useId, useState } from "react";
import type { FilterNode } from "@/api/types";
import { useT } from "@/i18n/index";
import { useMeta } from "@/objects/data/meta";
import { FilterText } from "@/objects/list/filter-text";
import { parseFilter } from "@/objects/model/filter";
import styles from "./panel.module.css";

const FilterForm = lazy(async () => ({
  default: (await import("@/objects/list/filter-form")).FilterForm,
}));

type ConditionFieldProps = {
  object: string;
  label: string;
  hint: string;
  error: string | undefined;
  value: FilterNode | null;
  /** Over the record's own fields only. */
  plain?: boolean;
  onChange: (value: FilterNode | null) => void;
};

/** A condition in words, changed in place with the same form as the filter of a list. */
export function ConditionField({
  object,
  label,
  hint,
  error,
  value,
  plain = true,
  onChange,
}: ConditionFieldProps) {
  const t = useT("fields");
  const id = useId();
  const { data: meta } = useMeta(object);
  const [open, setOpen] = useState(false);
  const filter = parseFilter(value);
  return (
    <div className={styles.condition}>
      <span id={id} className={styles.label}>
        {label}
      </span>
      <div className={styles.line}>
        <span className={styles.words}>
          {meta && filter ? <FilterText meta={meta} filter={filter} /> : t("always_none")}
        </span>
        <Button
          size="small"
          aria-describedby={id}
          aria-expanded={open}
          disabled={!meta}
          onClick={() => setOpen(!open)}
        >
          {t(open ? "done" : filter ? "change" : "set")}
        </Button>
        {filter && !open ? (
          <Button size="small" type="text" aria-describedby={id} onClick={() => onChange(null)}>
            {t("clear")}
          </Button>
        ) : null}
      </div>
      {error ? (
        <p className={styles.problem} role="alert">
          {error}
        </p>
      ) : (
        <p className={styles.hint}>{hint}</p>
      )}
      {open && meta ? (
        <Suspense fallback={null}>
          <FilterForm
            meta={meta}
            filter={filter}
            plain={plain}
            onChange={(next) => onChange(next as FilterNode | null)}
          />
        </Suspense>
      ) : null}
    </div>
  );
}
