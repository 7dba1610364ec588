import { Button } from "antd";
import { useId, useState } from "react";
import { kindOf } from "../fields/registry";
import { useFormat } from "../fields/use-format";
import { fieldOf, type ObjectMeta } from "../model/meta";
import type { Conflict } from "../model/problem";
import styles from "./form.module.css";

type ConflictViewProps = {
  meta: ObjectMeta;
  conflicts: Conflict[];
  busy: boolean;
  onSettle: (choices: Record<string, "yours" | "theirs">) => void;
  onBack: () => void;
};

/** Two people changed the same fields: both values side by side, one choice for each field, nothing chosen silently. */
export function ConflictView({ meta, conflicts, busy, onSettle, onBack }: ConflictViewProps) {
  const context = useFormat();
  const { t } = context;
  const group = useId();
  const [choices, setChoices] = useState<Record<string, "yours" | "theirs">>(() =>
    Object.fromEntries(conflicts.map((conflict) => [conflict.field, "yours" as const])),
  );
  return (
    <div className={styles.form}>
      <p role="alert">{t("edit.conflict_many", { count: conflicts.length })}</p>
      <div className={styles.conflicts}>
        {conflicts.map((conflict) => {
          const field = fieldOf(meta, conflict.field);
          const words = (value: unknown) =>
            (field ? kindOf(field).text(field, value, context) : String(value ?? "")) || t("value.blank");
          return (
            <fieldset key={conflict.field} className={styles.conflict}>
              <legend>{field?.label ?? conflict.field}</legend>
              {(["yours", "theirs"] as const).map((side) => (
                <label key={side} className={styles.side}>
                  <input
                    type="radio"
                    name={`${group}-${conflict.field}`}
                    checked={choices[conflict.field] === side}
                    onChange={() => setChoices((old) => ({ ...old, [conflict.field]: side }))}
                  />
                  <span>{t(`edit.${side}`)}</span>
                  <span>{words(conflict[side])}</span>
                </label>
              ))}
            </fieldset>
          );
        })}
      </div>
      <div className={styles.foot}>
        <Button onClick={onBack}>{t("edit.back_to_form")}</Button>
        <Button type="primary" loading={busy} onClick={() => onSettle(choices)}>
          {t("action.save")}
        </Button>
      </div>
    </div>
  );
}
