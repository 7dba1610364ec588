import { useT } from "@/i18n/index";
import { ErrorState } from "@/kit/states";
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
    const at = source.slice(position, position + Math.max(1, length));
    return (
      <div className={styles.wrong} role="alert">
        <p>{message}</p>
        {source ? (
          <pre>
            {source.slice(0, position)}
            <mark>{at || " "}</mark>
            {source.slice(position + Math.max(1, length))}
          </pre>
        ) : null}
      </div>
    );
  }
  return (
    <div className={styles.trial} aria-live="polite">
      <p>{t("comes_out", { type: t(`type_${trial.result}`, { defaultValue: trial.result }) })}</p>
      <dl>
        {trial.rows.map((row) => (
          <div key={row.id}>
            <dt>{row.label}</dt>
            <dd className="km-num">{shown(row.value, t("yes"), t("no"))}</dd>
          </div>
        ))}
      </dl>
      {trial.rows.length === 0 ? <p className={styles.hint}>{t("no_rows")}</p> : null}
    </div>
  );
}

function shown(value: unknown, yes: string, no: string): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return value ? yes : no;
  return String(value);
}
