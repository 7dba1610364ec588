import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { api } from "@/api/client";
import type { Job, Tone } from "@/api/types";
import { useT } from "@/i18n/index";
import { ConfirmButton } from "@/kit/confirm-button";
import { DateTime } from "@/kit/date-time";
import { saveCsv } from "@/kit/save-csv";
import { StateTag } from "@/kit/tag";
import { questionOf, setPending, takeBack } from "@/kit/take-back";
import { useMessage } from "@/kit/use-message";
import styles from "./jobs.module.css";

const TONES: Record<Job["state"], Tone> = {
  waiting: "neutral",
  running: "accent",
  done: "good",
  failed: "bad",
  cancelled: "neutral",
};

export function JobRow({ job }: { job: Job }) {
  const t = useT("jobs");
  const client = useQueryClient();
  const message = useMessage();
  const [open, setOpen] = useState(false);
  const active = job.state === "waiting" || job.state === "running";
  const file = typeof job.result?.file === "string" ? job.result.file : null;
  const question = questionOf(job);
  const undoable = job.undo !== null && (!job.undo_until || new Date(job.undo_until) > new Date());

  async function act(path: string, said: string) {
    try {
      await api.post(path);
      message.success(said);
    } catch (error) {
      message.error(error);
    }
    await client.invalidateQueries({ queryKey: ["jobs"] });
  }

  async function undo(token: string) {
    try {
      await takeBack(token);
    } catch (error) {
      message.error(error);
    }
    await client.invalidateQueries({ queryKey: ["jobs"] });
  }

  async function download() {
    // The list of jobs brings the first failures only; the file has them all.
    const whole = job.failed > job.failures.length ? (await api.get<Job>(`/jobs/${job.id}`)).data : job;
    saveCsv(`${job.label}-${t("failures")}.csv`, [
      [t("record"), t("reason"), t("code")],
      ...whole.failures.map((failure) => [failure.label, failure.message, failure.code]),
    ]);
  }

  return (
    <li className={styles.row}>
      <div className={styles.line}>
        <StateTag tone={TONES[job.state]}>
          {t(`state.${active && job.result?.approval === "waiting" ? "approval" : job.state}`)}
        </StateTag>
        <span className={styles.label}>{job.label}</span>
        <span className={`${styles.count} km-num`}>
          {active && job.total
            ? `${job.done} / ${job.total}`
            : question?.changed
              ? t("asks", { kept: question.changed.kept })
              : job.succeeded + job.failed > 0
                ? t("result", { succeeded: job.succeeded, failed: job.failed })
                : null}
        </span>
        <span className={styles.at}>
          <DateTime value={job.finished_at ?? job.created_at} kind="smart" />
        </span>
        <span className={styles.actions}>
          {job.failures.length > 0 ? (
            <Button size="small" type="text" aria-expanded={open} onClick={() => setOpen(!open)}>
              {t("why")}
            </Button>
          ) : null}
          {file ? (
            <Button size="small" href={api.fileUrl(file)} download>
              {t("download")}
            </Button>
          ) : null}
          {question ? (
            <Button size="small" onClick={() => setPending(question)}>
              {t("decide")}
            </Button>
          ) : null}
          {active ? (
            <ConfirmButton size="small" onConfirm={() => act(`/jobs/${job.id}/cancel`, t("cancelled"))}>
              {t("cancel")}
            </ConfirmButton>
          ) : null}
          {undoable ? (
            <ConfirmButton size="small" onConfirm={() => undo(job.undo ?? "")}>
              {t("undo")}
            </ConfirmButton>
          ) : null}
        </span>
      </div>
      {active ? (
        <progress
          className={styles.progress}
          aria-label={job.label}
          max={job.total ?? undefined}
          value={job.total ? job.done : undefined}
        />
      ) : null}
      {open ? (
        <div className={styles.failures}>
          <ul>
            {job.failures.slice(0, 50).map((failure, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the list of one finished job does not change
              <li key={index}>
                {failure.label ? <strong>{failure.label}</strong> : null} {failure.message}
              </li>
            ))}
          </ul>
          <Button size="small" onClick={() => void download().catch(message.error)}>
            {t("downloadFailures")}
          </Button>
        </div>
      ) : null}
    </li>
  );
}
