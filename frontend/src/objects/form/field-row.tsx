import { Suspense } from "react";
import { SkeletonLine } from "@/kit/skeleton";
import { kindOf } from "../fields/registry";
import type { FieldMeta } from "../model/meta";
import styles from "./form.module.css";

type FieldRowProps = {
  field: FieldMeta;
  idPrefix: string;
  value: unknown;
  values: Record<string, unknown>;
  onChange: (value: unknown) => void;
  error?: string | undefined;
  autoFocus?: boolean;
  placeholder?: string;
};

export function fieldId(prefix: string, name: string): string {
  return `${prefix}-${name}`;
}

/** Label above, input, help, and the server's words beside the field they are about. */
export function FieldRow({
  field,
  idPrefix,
  value,
  values,
  onChange,
  error,
  autoFocus,
  placeholder,
}: FieldRowProps) {
  const kind = kindOf(field);
  const id = fieldId(idPrefix, field.name);
  const told = [error ? `${id}-error` : "", field.help ? `${id}-help` : ""].filter(Boolean).join(" ");
  return (
    <div className={kind.wide || field.multiline ? `${styles.row} ${styles.wide}` : styles.row}>
      <label className={styles.label} htmlFor={id}>
        {field.label}
        {field.required ? (
          <span className={styles.star} aria-hidden="true">
            *
          </span>
        ) : null}
      </label>
      <Suspense fallback={<SkeletonLine height={32} />}>
        <kind.Input
          id={id}
          field={field}
          value={value}
          values={values}
          onChange={onChange}
          invalid={error !== undefined}
          describedBy={told || undefined}
          autoFocus={autoFocus ?? false}
          placeholder={placeholder}
        />
      </Suspense>
      {error ? (
        <span id={`${id}-error`} className={styles.error}>
          {error}
        </span>
      ) : null}
      {field.help ? (
        <span id={`${id}-help`} className={styles.help}>
          {field.help}
        </span>
      ) : null}
    </div>
  );
}
