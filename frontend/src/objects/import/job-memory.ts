import type { Job } from "@/api/types";

const KEY = "kemai.import.job.";

/** Which job works on a run: known after a reload too, so its progress can be shown again. */
export function rememberJob(run: string, job: Job): void {
  try {
    sessionStorage.setItem(KEY + run, job.id);
  } catch {
    // Then the run's own state is followed instead of the job's progress.
  }
}

export function jobOf(run: string): string | null {
  try {
    return sessionStorage.getItem(KEY + run);
  } catch {
    return null;
  }
}

export function forgetJob(run: string): void {
  try {
    sessionStorage.removeItem(KEY + run);
  } catch {
    // Nothing was kept, so nothing is left behind.
  }
}
