import { useSyncExternalStore } from "react";
import { ApiError, api } from "@/api/client";
import { queryClient } from "@/api/query-client";
import type { Job } from "@/api/types";

/** What stands in the way of taking back work on many records, as the server names it. */
export type ChangedSince = {
  kept: number;
  rest: number;
  changed: { record: string; label: string; message: string }[];
};
/** Taking back that needs to be watched or decided on: shown by the dialog of the shell. */
export type Pending = {
  token: string;
  job: Job | null;
  changed: ChangedSince | null;
  detail: string;
  onUndone?: (() => void) | undefined;
};

let pending: Pending | null = null;
const listeners = new Set<() => void>();

export function setPending(next: Pending | null): void {
  pending = next;
  for (const listener of listeners) listener();
}

export function usePending(): Pending | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => pending,
  );
}

function changedIn(facts: object): ChangedSince | null {
  const { changed, kept, rest } = facts as Partial<ChangedSince>;
  if (!Array.isArray(changed) || typeof kept !== "number" || typeof rest !== "number") return null;
  return { changed, kept, rest };
}

/** What a job that looked before it took back very much has to ask; null where it had nothing to ask. */
export function questionOf(job: Job): Pending | null {
  const { operation, detail } = job.result ?? {};
  const changed = job.state === "done" ? changedIn(job.result ?? {}) : null;
  if (!changed || typeof operation !== "string") return null;
  return { token: operation, job: null, changed, detail: String(detail ?? "") };
}

/**
 * Takes an operation back. True when it is done at once; work on many records goes on in the dialog of the shell, which also asks
 * when some of them were changed since. What the server refuses as a whole is thrown.
 */
export async function takeBack(token: string, options: { rest?: boolean; onUndone?: () => void } = {}) {
  const { rest = false, onUndone } = options;
  try {
    const { data, status } = await api.post<Job>(`/undo/${token}`, { rest });
    if (status === 202) {
      setPending({ token, job: data, changed: null, detail: "", onUndone });
      return false;
    }
  } catch (error) {
    const changed = error instanceof ApiError && error.status === 409 ? changedIn(error.problem) : null;
    if (!changed) throw error;
    setPending({ token, job: null, changed, detail: (error as ApiError).detail, onUndone });
    return false;
  }
  onUndone?.();
  await queryClient.invalidateQueries();
  return true;
}
