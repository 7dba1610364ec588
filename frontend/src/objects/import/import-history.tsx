import { DateTime } from "@/kit/date-time";
import { useImportHistory } from "../data/imports";
import { useFormat } from "../fields/use-format";
import barStyles from "../list/filter-bar.module.css";
import styles from "./import.module.css";
import { wasStopped } from "./result-step";

/** Earlier imports: what came of them, and the way back into each. */
export function ImportHistory({ object, onPick }: { object: string; onPick: (id: string) => void }) {
  const { t } = useFormat();
  const { data } = useImportHistory(object);
  if (!data || data.length === 0) return null;
  return (
    <section className={styles.card} aria-label={t("import.history")}>
      <b>{t("import.history")}</b>
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t("import.file")}</th>
              <th scope="col">{t("import.when")}</th>
              <th scope="col">{t("import.state")}</th>
              <th scope="col">{t("import.created")}</th>
              <th scope="col">{t("import.updated")}</th>
              <th scope="col">{t("import.failed")}</th>
            </tr>
          </thead>
          <tbody>
            {data.map((run) => (
              <tr key={run.id}>
                <td>
                  <button type="button" className={barStyles.clear} onClick={() => onPick(run.id)}>
                    {run.file.name}
                  </button>
                </td>
                <td>
                  <DateTime value={run.created_at} />
                </td>
                <td>{t(wasStopped(run) ? "import.state_stopped" : `import.state_${run.state}`)}</td>
                <td className="km-num">{run.created ?? "–"}</td>
                <td className="km-num">{run.updated ?? "–"}</td>
                <td className="km-num">{run.failed ?? "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
