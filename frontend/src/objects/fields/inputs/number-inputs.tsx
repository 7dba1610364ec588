import { Input } from "antd";
import { useState } from "react";
import { baseCurrency } from "@/kit/money";
import { groupDigits, readDecimal } from "../../model/numbers";
import { magnitude } from "../format";
import type { InputProps } from "../types";
import { useFormat } from "../use-format";
import styles from "./inputs.module.css";

/**
 * A plain text box that understands numbers (full-width digits, commas, 万, 亿) instead of a number box: the latter
 * changes on the mouse wheel, refuses what Excel pastes and passes amounts through a binary float.
 */
function DecimalInput(props: InputProps & { suffix?: string; readable?: boolean }) {
  const { id, field, value, onChange, invalid, describedBy, autoFocus, size, suffix, readable } = props;
  const { locale, t } = useFormat();
  const [typed, setTyped] = useState<string | null>(null);
  const plain = value === null || value === undefined ? "" : String(value);
  const shown = typed ?? (readDecimal(plain) === null ? plain : groupDigits(plain));
  const hint = readable ? magnitude(readDecimal(plain) ?? "", locale) : "";

  const type = (text: string) => {
    setTyped(text);
    const read = readDecimal(text);
    // What cannot be read goes to the server as typed, and comes back with a reason: it is never silently dropped.
    onChange(text.trim() === "" ? null : (read ?? text));
  };

  return (
    <Input
      id={id}
      inputMode="decimal"
      className={styles.decimal}
      aria-invalid={invalid || undefined}
      aria-describedby={describedBy}
      aria-required={field.required || undefined}
      status={invalid ? "error" : undefined}
      autoFocus={autoFocus ?? false}
      size={size ?? "middle"}
      value={shown}
      onChange={(event) => type(event.target.value)}
      onBlur={() => setTyped(null)}
      suffix={
        suffix || hint ? (
          <span className={styles.suffix} aria-live="polite">
            {hint ? t("value.about", { amount: hint }) : ""}
            {suffix}
          </span>
        ) : undefined
      }
    />
  );
}

export function NumberInput(props: InputProps) {
  return <DecimalInput {...props} />;
}

export function MoneyInput(props: InputProps) {
  const { t } = useFormat();
  const { currency, currency_field: named } = props.field;
  const code = currency || (named ? props.values?.[named] : null);
  const shown = typeof code === "string" && code ? code : baseCurrency();
  const unit = shown === "CNY" ? t("value.yuan") : shown;
  return <DecimalInput {...props} readable suffix={unit} />;
}

export function PercentInput(props: InputProps) {
  return <DecimalInput {...props} suffix="%" />;
}
