import { Button } from "antd";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import type { ImportRun, Job } from "@/api/types";
import { ConfirmButton } from "@/kit/confirm-button";
import { DateTime } from "@/kit/date-time";
import { useMessage } from "@/kit/use-message";
import { useImportWrites } from "../data/imports";
import { useFormat } from "../fields/use-format";
import { JobDialog } from "../list/job-dialog";
import { LinkButton } from "../list/link-button";
import type { ObjectMeta } from "../model/meta";
import { Count, ErrorFile } from "./check-step";
import styles from "./import.module.css";

type ResultStepProps = { meta: ObjectMeta; run: ImportRun; onAgain: () => void; onGoOn: () => void };

export function canUndo(run: Pick<ImportRun, "state" | "undo_until">, now = new Date()): boolean {
  const over = run.state === "done" || run.state === "failed";
  return over && Boolean(run.undo_until) && new Date(run.undo_until ?? 0) > now;
}

/** Cancelled or broken off before its last row: it can go on where it stopped. */
export function wasStopped(run: Pick<ImportRun, "state" | "settings">): boolean {
  return run.settings.stopped === true && (run.state === "done" || run.state === "failed");
}

export function ResultStep({ meta, run, onAgain, onGoOn }: ResultStepProps) {
  const { t } = useFormat();
  const message = useMessage();
  const writes = useImportWrites();
  const [job, setJob] = useState<Job | null>(null);
  const stopped = wasStopped(run);
  const undo = async () => {
    try {
      setJob(await writes.start(run.id, "undo"));
    } catch (error) {
      message.error(error);
    }
  };
  return (
    <section className={styles.card} aria-label={t("import.step_result")}>
      <b>{t(stopped ? "import.state_stopped" : `import.state_${run.state}`)}</b>
      {stopped ? (
        <div className={styles.line} role="status">
          <span className={styles.warn}>
            {typeof run.settings.error === "string" ? run.settings.error : t("import.stopped_text")}
          </span>
          <Button type="primary" onClick={onGoOn}>
            {t("import.go_on")}
          </Button>
        </div>
      ) : null}
      <div className={styles.counts}>
        <Count label={t("import.created")} value={run.created ?? 0} tone={run.created ? "good" : undefined} />
        <Count label={t("import.updated")} value={run.updated ?? 0} />
        <Count label={t("import.failed")} value={run.failed ?? 0} tone={run.failed ? "bad" : undefined} />
      </div>
      <div className={styles.line}>
        <ErrorFile file={run.error_file} />
        {run.failed ? <span className={styles.muted}>{t("import.mend_text")}</span> : null}
      </div>
      <div className={styles.line}>
        <LinkButton type={stopped ? "default" : "primary"} to={`/${meta.name}?sort=-created_at`}>
          {t("import.see", { label: meta.label_plural })}
        </LinkButton>
        <Button onClick={onAgain}>{t("import.again")}</Button>
        {canUndo(run) ? (
          <span className={`${styles.line} ${styles.push}`}>
            <span className={styles.muted}>
              {t("import.undo_until")} <DateTime value={run.undo_until} />
            </span>
            <ConfirmButton
              icon={<Undo2 size={15} aria-hidden />}
              question={t("import.undo_sure")}
              onConfirm={undo}
            >
              {t("import.undo")}
            </ConfirmButton>
          </span>
        ) : null}
      </div>
      {job ? (
        <JobDialog
          job={job}
          title={t("import.undo")}
          onFinished={() => void writes.refresh(run)}
          onClose={() => setJob(null)}
        />
      ) : null}
    </section>
  );
}
