/** Long work in sight: progress that may be left, then 成功 n / 失败 m with the reasons, and the way back. */
import { Button, Modal, Progress } from "antd";
import { Download, Undo2 } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { Job } from "@/api/types";
import { takeBack } from "@/kit/take-back";
import { useMessage } from "@/kit/use-message";
import { isFinished, toldFailures, useJob, useJobActions } from "../data/jobs";
import { useFormat } from "../fields/use-format";
import { saveText, toCsv } from "../model/sheet-text";
import styles from "./job-dialog.module.css";

type JobDialogProps = {
  job: Job;
  title: string;
  onFinished?: (job: Job) => void;
  onClose: () => void;
  /** What a finished job offers besides its figures, such as the file it made. */
  result?: (job: Job) => ReactNode;
};

const SHOWN = 100;

export function JobDialog({ job: first, title, onFinished, onClose, result }: JobDialogProps) {
  const { t } = useFormat();
  const { data: job = first } = useJob(first.id, first);
  const { cancel } = useJobActions();
  const finished = isFinished(job);
  const told = useRef(false);
  useEffect(() => {
    if (!finished || told.current) return;
    told.current = true;
    onFinished?.(job);
  }, [finished, job, onFinished]);
  return (
    <Modal
      open
      title={title}
      width={560}
      onCancel={onClose}
      footer={
        finished ? (
          <Button type="primary" onClick={onClose}>
            {t("action.close")}
          </Button>
        ) : (
          <>
            <Button onClick={() => void cancel(job.id)}>{t("job.cancel")}</Button>
            <Button type="primary" onClick={onClose}>
              {t("job.leave")}
            </Button>
          </>
        )
      }
    >
      <div className={styles.body} aria-live="polite">
        <JobProgress job={job} />
        {finished ? <JobResult job={job} onUndone={() => onFinished?.(job)} /> : null}
        {job.state === "done" ? result?.(job) : null}
      </div>
    </Modal>
  );
}

export function JobProgress({ job }: { job: Job }) {
  const { t } = useFormat();
  const percent = job.total
    ? Math.min(100, Math.round((job.done / job.total) * 100))
    : isFinished(job)
      ? 100
      : 0;
  const status = job.state === "failed" ? "exception" : isFinished(job) ? "success" : "active";
  return (
    <div>
      <Progress percent={percent} status={status} aria-label={job.label} />
      {isFinished(job) ? null : (
        <p className={styles.muted}>
          {job.state === "waiting"
            ? t(job.result?.approval === "waiting" ? "job.approval" : "job.waiting", {
                count: job.total ?? 0,
              })
            : t("job.running", { done: job.done, total: job.total ?? "…" })}
        </p>
      )}
    </div>
  );
}

/** What stopped the whole job, where the server says it. */
function brokenWords(job: Job): string | null {
  const words = job.result?.error ?? job.result?.message;
  return typeof words === "string" && words ? words : null;
}

export function JobResult({ job, onUndone }: { job: Job; onUndone?: () => void }) {
  const { t } = useFormat();
  const message = useMessage();
  const [undone, setUndone] = useState(false);
  const told = toldFailures(job.failures);
  const download = () => {
    const head = [t("job.record"), t("job.reason"), "id"];
    saveText(
      `${job.label}-${t("job.failures")}.csv`,
      toCsv([head, ...job.failures.map((one) => [one.label, one.message, one.id ?? ""])]),
    );
  };
  const undo = async () => {
    try {
      setUndone(await takeBack(job.undo ?? "", onUndone ? { onUndone } : {}));
    } catch (error) {
      message.error(error);
    }
  };
  return (
    <>
      {job.state === "failed" ? <p className={styles.bad}>{brokenWords(job) ?? t("job.broken")}</p> : null}
      {job.state === "cancelled" ? <p>{t("job.cancelled")}</p> : null}
      <p className={styles.counts}>
        <span className={styles.good}>{t("job.succeeded", { count: job.succeeded })}</span>
        {job.failed > 0 ? <span className={styles.bad}>{t("job.failed", { count: job.failed })}</span> : null}
        <span className={styles.tools}>
          {job.failures.length > 0 ? (
            <Button size="small" icon={<Download size={14} aria-hidden />} onClick={download}>
              {t("job.download_reasons")}
            </Button>
          ) : null}
          {job.undo && !undone ? (
            <Button size="small" icon={<Undo2 size={14} aria-hidden />} onClick={() => void undo()}>
              {t("job.undo")}
            </Button>
          ) : null}
        </span>
      </p>
      {told.length > 0 ? (
        <ul className={styles.failures}>
          {told.slice(0, SHOWN).map((one) => (
            <li key={one.key}>
              <b>{one.label ?? t("job.unnamed", { count: one.count })}</b>
              <span>{one.message}</span>
            </li>
          ))}
          {told.length > SHOWN ? (
            <li className={styles.muted}>{t("job.more_in_file", { count: told.length - SHOWN })}</li>
          ) : null}
        </ul>
      ) : null}
    </>
  );
}
