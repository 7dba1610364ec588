import type { FieldMeta as WireFieldMeta } from "@/api/types";
import { useT } from "@/i18n/index";
import { ErrorState } from "@/kit/states";
import { kindOf } from "@/objects/fields/registry";
import { paramAsField } from "@/objects/model/meta";
import type { Trial } from "./definition";
import styles from "./panel.module.css";

type TrialResultProps = { trial: Trial | undefined; error: unknown; source: string };

/** What came out: the type, and its value on some of the caller's own records; or what is wrong, marked where it is. */
export function TrialResult({ trial, error, source }: TrialResultProps) {
  const t = useT("fields");
  if (error) return <ErrorState compact error={error} />;
  if (!trial) return null;
  if (!trial.ok) {
    const { message, position, length } = trial.error;
    // The server counts characters; those beyond the basic plane are two to a string here.
    const signs = Array.from(source);
    const cut = (from: number, to?: number) => signs.slice(from, to).join("");
    const to = position + Math.max(1, length);
    return (
      <div className={styles.wrong} role="alert">
        <p>{message}</p>
        {source ? (
          <pre>
            {cut(0, position)}
            <mark>{cut(position, to) || " "}</mark>
            {cut(to)}
          </pre>
        ) : null}
      </div>
    );
  }
  const field = paramAsField({
    name: "trial",
    type: trial.result as WireFieldMeta["type"],
    label: t("formula"),
    required: false,
    choices: null,
    target: null,
  });
  const { Cell } = kindOf(field);
  return (
    <div className={styles.trial} aria-live="polite">
      <p>{t("comes_out", { type: t(`type_${trial.result}`, { defaultValue: trial.result }) })}</p>
      <dl>
        {trial.rows.map((row) => (
          <div key={row.id}>
            <dt>{row.label}</dt>
            <dd>
              <Cell field={field} value={row.value} />
            </dd>
          </div>
        ))}
      </dl>
      {trial.rows.length === 0 ? <p className={styles.hint}>{t("no_rows")}</p> : null}
    </div>
  );
}
