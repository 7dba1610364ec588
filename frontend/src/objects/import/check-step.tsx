import { Button } from "antd";
import { Download } from "lucide-react";
import { api } from "@/api/client";
import type { ImportRun } from "@/api/types";
import { SkeletonCard } from "@/kit/skeleton";
import { useFormat } from "../fields/use-format";
import { JobProgress } from "../list/job-dialog";
import styles from "./import.module.css";
import type { RunWork } from "./use-run-work";

/** The dry run and, after it, the real one: both may be left while they work. */
export function WorkingStep({ work }: { work: RunWork }) {
  const { t } = useFormat();
  return (
    <section className={styles.card} aria-label={t("import.step_check")} aria-live="polite">
      <b>{t(work.writing ? "import.committing" : "import.checking")}</b>
      {work.job ? <JobProgress job={work.job} /> : <SkeletonCard lines={1} />}
      <p className={styles.muted}>{t("import.may_leave")}</p>
    </section>
  );
}

type CheckStepProps = { run: ImportRun; onCommit: () => void; onBack: () => void };

/** What the import would do, and which rows it would leave out and why. */
export function CheckStep({ run, onCommit, onBack }: CheckStepProps) {
  const { t } = useFormat();
  if (!run.check) return <SkeletonCard lines={2} />;
  const { check } = run;
  const good = check.create + check.update;
  return (
    <section className={styles.card} aria-label={t("import.step_check")}>
      <div className={styles.counts}>
        <Count
          label={t("import.to_create")}
          value={check.create}
          tone={check.create > 0 ? "good" : undefined}
        />
        <Count label={t("import.to_update")} value={check.update} />
        <Count label={t("import.to_skip")} value={check.skip} />
        <Count label={t("import.wrong")} value={check.failed} tone={check.failed > 0 ? "bad" : undefined} />
      </div>
      {run.errors && run.errors.length > 0 ? <ErrorTable run={run} /> : null}
      <div className={styles.line}>
        <Button onClick={onBack}>{t("import.back_to_mapping")}</Button>
        {check.failed > 0 ? (
          <span className={styles.muted}>{t("import.wrong_text", { count: check.failed })}</span>
        ) : null}
        <Button type="primary" className={styles.push ?? ""} disabled={good === 0} onClick={onCommit}>
          {t("import.commit", { count: good })}
        </Button>
      </div>
    </section>
  );
}

export function Count({
  label,
  value,
  tone,
}: {
  label: string;
  value: number;
  tone?: "good" | "bad" | undefined;
}) {
  return (
    <div className={styles.count} data-tone={tone}>
      <b>{value.toLocaleString("en-US")}</b>
      <span>{label}</span>
    </div>
  );
}

/** So many the server lists; the file has all of them. */
const LISTED = 200;

function ErrorTable({ run }: { run: ImportRun }) {
  const { t } = useFormat();
  return (
    <>
      <div className={styles.line}>
        <b>{t((run.errors?.length ?? 0) < LISTED ? "import.errors" : "import.first_errors")}</b>
        <ErrorFile file={run.error_file} />
      </div>
      <div className={styles.scroll} style={{ maxHeight: 320 }}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t("import.row")}</th>
              <th scope="col">{t("import.column")}</th>
              <th scope="col">{t("import.value")}</th>
              <th scope="col">{t("import.reason")}</th>
            </tr>
          </thead>
          <tbody>
            {run.errors?.map((error) => (
              <tr key={`${error.row}${error.column}${error.message}`}>
                <td className="km-num">{error.row}</td>
                <td>{error.column}</td>
                <td>{error.value}</td>
                <td>{error.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** The rows that went wrong, with their reasons, as a workbook to mend and import again. */
export function ErrorFile({ file }: { file: string | null | undefined }) {
  const { t } = useFormat();
  if (!file) return null;
  return (
    <Button size="small" icon={<Download size={14} aria-hidden />} href={api.fileUrl(file)} download>
      {t("import.error_file")}
    </Button>
  );
}
