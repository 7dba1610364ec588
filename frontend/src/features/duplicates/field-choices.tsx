import type { MouseEvent, ReactNode } from "react";
import { useT } from "@/i18n/index";
import { kindOf } from "@/objects/fields/registry";
import { useFormat } from "@/objects/fields/use-format";
import type { ObjectMeta } from "@/objects/model/meta";
import styles from "./duplicates.module.css";
import type { MergeField, Preview } from "./queries";

type FieldChoicesProps = {
  meta: ObjectMeta;
  preview: Preview;
  onChoose: (field: string, side: "survivor" | "loser") => void;
};

/** Field by field, both values; where they differ, one is chosen. What agrees stands below. */
export function FieldChoices({ meta, preview, onChoose }: FieldChoicesProps) {
  const t = useT("duplicates");
  const differing = preview.fields.filter((field) => field.differs);
  const same = preview.fields.filter((field) => !field.differs);
  return (
    <>
      {differing.map((field) => (
        <Choice key={field.name} meta={meta} preview={preview} field={field} onChoose={onChoose} />
      ))}
      {same.length > 0 ? (
        <details className={styles.same}>
          <summary>{t("same", { count: same.length })}</summary>
          {same.map((field) => (
            <Choice key={field.name} meta={meta} preview={preview} field={field} onChoose={onChoose} />
          ))}
        </details>
      ) : null}
    </>
  );
}

type ChoiceProps = FieldChoicesProps & { field: MergeField };

function Choice({ meta, preview, field, onChoose }: ChoiceProps) {
  const t = useT("duplicates");
  const context = useFormat();
  const described = meta.fields.find((one) => one.name === field.name);
  const words = (side: "survivor" | "loser") => {
    const value = preview[side][field.name];
    return (described ? kindOf(described).text(described, value, context) : String(value ?? "")) || "–";
  };
  const open = field.can_choose && field.differs && field.chosen !== "both";
  return (
    <fieldset className={styles.choice}>
      <legend>{field.label}</legend>
      {(["survivor", "loser"] as const).map((side) => {
        const kept = field.chosen === side || field.chosen === "both";
        return (
          <Side key={side} kept={kept}>
            {open ? (
              <input
                type="radio"
                name={`merge-${field.name}`}
                aria-label={`${field.label}: ${words(side)}`}
                checked={field.chosen === side}
                onChange={() => onChoose(field.name, side)}
              />
            ) : null}
            <span className={styles.value}>
              <small className={styles.side}>{side === "survivor" ? t("stays") : t("goes")}</small>
              {words(side)}
            </span>
          </Side>
        );
      })}
      <span className={styles.outcome}>
        {field.chosen === "both" && field.differs ? t("united") : null}
        {field.differs && !field.can_choose ? t("notYours") : null}
      </span>
    </fieldset>
  );
}

/** The whole cell answers a click where there is something to choose. */
function Side({ kept, children }: { kept: boolean; children: ReactNode }) {
  const press = (event: MouseEvent<HTMLDivElement>) =>
    event.currentTarget.querySelector<HTMLInputElement>("input:not(:checked)")?.click();
  return (
    // biome-ignore lint/a11y: the radio inside is what keyboards and readers use; a click beside it is for the mouse
    <div className={kept ? styles.kept : styles.left} onClick={press}>
      {children}
    </div>
  );
}
