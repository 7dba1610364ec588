import { Button } from "antd";
import { Download } from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import type { ImportRun } from "@/api/types";
import { SkeletonCard } from "@/kit/skeleton";
import { useMessage } from "@/kit/use-message";
import { useImportWrites } from "../data/imports";
import { isFinished, useJob } from "../data/jobs";
import { useFormat } from "../fields/use-format";
import { JobProgress } from "../list/job-dialog";
import styles from "./import.module.css";
import { jobOf, rememberJob } from "./job-memory";

/** The dry run and, after it, the real one: both may be left while they work. */
export function CheckStep({ run }: { run: ImportRun }) {
  const { t } = useFormat();
  const message = useMessage();
  const writes = useImportWrites();
  const [busy, setBusy] = useState(false);
  const [jobId, setJobId] = useState(() => jobOf(run.id));
  const { data: job } = useJob(run.state === "checked" && !busy ? null : jobId);
  const finished = job ? isFinished(job) : false;
  const { refresh } = writes;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once when the job ends, not on each new function
  useEffect(() => {
    if (finished) void refresh(run);
  }, [finished]);

  async function start(step: "commit") {
    setBusy(true);
    try {
      const begun = await writes.start(run.id, step);
      rememberJob(run.id, begun);
      setJobId(begun.id);
      await writes.refresh(run);
    } catch (error) {
      message.error(error);
      setBusy(false);
    }
  }
  const working = run.state === "checking" || run.state === "committing" || (busy && !finished);
  if (working || !run.check) {
    return (
      <section className={styles.card} aria-label={t("import.step_check")} aria-live="polite">
        <b>{t(run.state === "committing" || busy ? "import.committing" : "import.checking")}</b>
        {job ? <JobProgress job={job} /> : <SkeletonCard lines={1} />}
        <p className={styles.muted}>{t("import.may_leave")}</p>
      </section>
    );
  }
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
        <Button onClick={() => writes.change(run.id, {}).then(() => refresh(run), message.error)}>
          {t("import.back_to_mapping")}
        </Button>
        {check.failed > 0 ? (
          <span className={styles.muted}>{t("import.wrong_text", { count: check.failed })}</span>
        ) : null}
        <Button
          type="primary"
          className={styles.push ?? ""}
          disabled={good === 0}
          onClick={() => void start("commit")}
        >
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

function ErrorTable({ run }: { run: ImportRun }) {
  const { t } = useFormat();
  return (
    <>
      <div className={styles.line}>
        <b>{t("import.errors")}</b>
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
