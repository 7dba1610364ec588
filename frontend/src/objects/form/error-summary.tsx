import { useEffect, useRef } from "react";
import { useFormat } from "../fields/use-format";
import type { FieldMeta } from "../model/meta";
import type { SortedProblem } from "../model/problem";
import { fieldId } from "./field-row";
import styles from "./form.module.css";

type ErrorSummaryProps = { problem: SortedProblem | null; fields: FieldMeta[]; idPrefix: string };

/** All that is wrong at the top, each line leading to its field; focused when it appears, so that it is heard. */
export function ErrorSummary({ problem, fields, idPrefix }: ErrorSummaryProps) {
  const { t } = useFormat();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (problem) box.current?.focus();
  }, [problem]);
  if (!problem) return null;
  const wrong = fields.filter((field) => problem.byField[field.name]);
  // A refusal about a field this form does not show must still be read somewhere.
  const unseen = Object.entries(problem.byField).filter(
    ([name]) => !fields.some((field) => field.name === name),
  );
  return (
    <div ref={box} className={styles.summary} role="alert" tabIndex={-1}>
      {problem.general.map((text) => (
        <p key={text}>{text}</p>
      ))}
      {unseen.map(([name, text]) => (
        <p key={name}>{text}</p>
      ))}
      {wrong.length > 0 ? <p>{t("form.to_mend", { count: wrong.length })}</p> : null}
      <ul>
        {wrong.map((field) => (
          <li key={field.name}>
            <button
              type="button"
              onClick={() => document.getElementById(fieldId(idPrefix, field.name))?.focus()}
            >
              {field.label}：{problem.byField[field.name]}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
