import { Button, Switch } from "antd";
import { useId, useState } from "react";
import { useT } from "@/i18n/index";
import styles from "./parameter-row.module.css";

export type ParameterValue = string | number | boolean | null;
export type Parameter = {
  code: string;
  label: string;
  help: string;
  type: string;
  value: ParameterValue;
  default: ParameterValue;
  min: number | string | null;
  max: number | string | null;
  group: string;
  choices?: { value: string; label: string }[] | null;
};

const NUMBERS = new Set(["integer", "number", "percent", "money", "days", "decimal", "int"]);

type ParameterRowProps = { parameter: Parameter; onSave: (value: ParameterValue) => Promise<string | null> };

/** Saved on leaving the field or Enter; the default is always in sight and one click away. */
export function ParameterRow({ parameter, onSave }: ParameterRowProps) {
  const t = useT("admin");
  const id = useId();
  const { type, value, label, help, min, max, choices } = parameter;
  const [text, setText] = useState(value === null ? "" : String(value));
  const [problem, setProblem] = useState<string | null>(null);
  const number = NUMBERS.has(type);
  const changed = value !== parameter.default;

  async function put(next: ParameterValue) {
    if (next === value) return;
    setProblem(await onSave(next));
  }
  function leave() {
    if (text === (value === null ? "" : String(value))) return;
    // Integers travel as numbers, decimals as texts, which is how money and rates come too.
    const whole = typeof value === "number" || typeof parameter.default === "number";
    void put(whole && text !== "" ? Number(text) : text);
  }
  const shown = (of: ParameterValue) => {
    if (typeof of === "boolean") return of ? t("parameters.on") : t("parameters.off");
    const choice = choices?.find((item) => item.value === of);
    return choice?.label ?? String(of ?? "–");
  };

  let control = (
    <input
      id={id}
      className={`${styles.input} ${number ? styles.number : ""} km-num`}
      inputMode={number ? "decimal" : "text"}
      {...(number ? { type: "number", step: "any", min: min ?? undefined, max: max ?? undefined } : {})}
      aria-describedby={`${id}-help`}
      aria-invalid={problem ? true : undefined}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={leave}
      onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
    />
  );
  if (type === "bool" || type === "boolean" || typeof value === "boolean") {
    control = (
      <Switch
        id={id}
        aria-describedby={`${id}-help`}
        checked={value === true}
        onChange={(on) => void put(on)}
      />
    );
  } else if (choices) {
    control = (
      <select
        id={id}
        className={styles.input}
        aria-describedby={`${id}-help`}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          void put(event.target.value);
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    );
  }

  return (
    <div className={styles.row}>
      <div className={styles.words}>
        <label htmlFor={id} className={styles.label}>
          {label}
        </label>
        <p id={`${id}-help`} className={problem ? styles.problem : styles.help}>
          {problem ?? help}
          {!problem && min !== null && max !== null ? ` ${t("parameters.bounds", { min, max })}` : null}
        </p>
      </div>
      <div className={styles.control}>
        {control}
        {changed ? (
          <Button size="small" type="text" onClick={() => void put(parameter.default)}>
            {t("parameters.reset", { value: shown(parameter.default) })}
          </Button>
        ) : (
          <span className={styles.default}>{t("parameters.isDefault")}</span>
        )}
      </div>
    </div>
  );
}
