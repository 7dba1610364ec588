import { Eye, EyeOff } from "lucide-react";
import { type InputHTMLAttributes, type ReactNode, useId, useState } from "react";
import { useT } from "@/i18n/index";
import styles from "./field.module.css";

type FieldIds = { id: string; "aria-describedby": string | undefined; "aria-invalid": boolean | undefined };
type FieldProps = {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | null | undefined;
  children: (ids: FieldIds) => ReactNode;
};

/** A label, its control, and the sentence below it. For the small forms of the shell; records use ObjectForm. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const note = error || hint;
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      {children({
        id,
        "aria-describedby": note ? `${id}-note` : undefined,
        "aria-invalid": error ? true : undefined,
      })}
      {note ? (
        <p
          id={`${id}-note`}
          className={error ? styles.error : styles.hint}
          role={error ? "alert" : undefined}
        >
          {note}
        </p>
      ) : null}
    </div>
  );
}

type TextFieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "value"> & {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | null | undefined;
  value: string;
  onValue: (value: string) => void;
};

export function TextField({ label, hint, error, value, onValue, ...rest }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <input
          {...rest}
          {...ids}
          className={styles.input}
          value={value}
          onChange={(event) => onValue(event.target.value)}
        />
      )}
    </Field>
  );
}

export function PasswordField({ label, hint, error, value, onValue, ...rest }: TextFieldProps) {
  const t = useT();
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <span className={styles.password}>
          <input
            {...rest}
            {...ids}
            type={shown ? "text" : "password"}
            className={styles.input}
            value={value}
            onChange={(event) => onValue(event.target.value)}
          />
          <button
            type="button"
            className={styles.eye}
            aria-label={shown ? t("password.hide") : t("password.show")}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
          >
            <Icon size={17} aria-hidden />
          </button>
        </span>
      )}
    </Field>
  );
}

type SelectFieldProps = {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | null | undefined;
  value: string;
  options: { value: string; label: string }[];
  onValue: (value: string) => void;
};

/** One of a few, by the browser's own list: right on every phone. */
export function SelectField({ label, hint, error, value, options, onValue }: SelectFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <select
          {...ids}
          className={styles.input}
          value={value}
          onChange={(event) => onValue(event.target.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
