import { type FocusEvent, type ReactNode, Suspense } from "react";
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
  /** A word of caution under the input that stops nobody; it carries the id it is given. */
  caution?: ((id: string) => ReactNode) | undefined;
  onEnter?: () => void;
  onLeave?: () => void;
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
  caution,
  onEnter,
  onLeave,
}: FieldRowProps) {
  const kind = kindOf(field);
  const id = fieldId(idPrefix, field.name);
  const told = [error ? `${id}-error` : "", caution ? `${id}-caution` : "", field.help ? `${id}-help` : ""]
    .filter(Boolean)
    .join(" ");
  const outside = (event: FocusEvent<HTMLDivElement>) => !event.currentTarget.contains(event.relatedTarget);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears which of its own inputs is entered and left
    <div
      className={kind.wide || field.multiline ? `${styles.row} ${styles.wide}` : styles.row}
      onFocus={(event) => outside(event) && onEnter?.()}
      onBlur={(event) => outside(event) && onLeave?.()}
    >
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
      {caution?.(`${id}-caution`)}
      {field.help ? (
        <span id={`${id}-help`} className={styles.help}>
          {field.help}
        </span>
      ) : null}
    </div>
  );
}
