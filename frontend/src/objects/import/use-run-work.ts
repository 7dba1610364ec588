import { useEffect, useState } from "react";
import type { ImportRun } from "@/api/types";
import { useMessage } from "@/kit/use-message";
import { useImportWrites } from "../data/imports";
import { isFinished, useJob } from "../data/jobs";
import { forgetJob, jobOf, rememberJob } from "./job-memory";

const BUSY: ImportRun["state"][] = ["checking", "committing"];

export type RunStep = "check" | "commit";

/**
 * The work going on for a run. Its job is followed from the moment it is started (the run's own state may lag behind
 * it), found again after a reload, and let go when it has ended and the run has been asked for anew.
 */
export function useRunWork(run: ImportRun & { job?: string | null }) {
  const message = useMessage();
  const writes = useImportWrites();
  const [jobId, setJobId] = useState(
    () => jobOf(run.id) ?? (BUSY.includes(run.state) ? (run.job ?? null) : null),
  );
  const [starting, setStarting] = useState<RunStep | null>(null);
  const { data: job, error } = useJob(jobId);
  const over = job ? isFinished(job) : error !== null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: once when the job ends, not with each new function
  useEffect(() => {
    if (jobId === null || !over) return;
    forgetJob(run.id);
    if (job?.state === "failed") message.error(job.failures[0]?.message ?? job.label);
    void writes.refresh(run).finally(() => {
      setJobId(null);
      setStarting(null);
    });
  }, [jobId, over]);

  async function start(step: RunStep): Promise<void> {
    setStarting(step);
    try {
      const begun = await writes.start(run.id, step);
      rememberJob(run.id, begun);
      setJobId(begun.id);
    } catch (caught) {
      setStarting(null);
      message.error(caught);
    }
  }
  const working = starting !== null || jobId !== null || BUSY.includes(run.state);
  const writing = starting === "commit" || run.state === "committing";
  return { job: jobId === null ? undefined : job, working, writing, start };
}

export type RunWork = ReturnType<typeof useRunWork>;
