/**
 * Writes that wait on this device for the network. Each carries the idempotency key it was first tried with, so one whose answer was
 * lost on the way is not done twice. They belong to one person: somebody else who signs in here neither sees nor sends them.
 */
import type { Problem } from "./types";

export type WaitingWrite = {
  key: string;
  method: string;
  path: string;
  body: unknown;
  /** Whom or what it is about: a claim says nothing else a person could tell it by. */
  about?: string | undefined;
  /** What it is, by the rule that let it wait: names its words. */
  kind: string;
  /** When the person wrote it. */
  at: string;
  /** The server's answer where it refused: then only the person can decide. */
  refused?: Problem;
};
export type WaitingRule = { kind: string; method: string; path: RegExp };

/** More than a day of work; a full store refuses instead of losing the oldest. */
export const MOST = 500;
let rules: WaitingRule[] = [];
let owner: string | null = null;
let kept: WaitingWrite[] = [];
const listeners = new Set<() => void>();

const storeName = () => `km-outbox:${owner}`;

/** Which writes may wait. Only what adds something: a change of what others may have changed meanwhile asks to be seen. */
export function setWaitingRules(all: WaitingRule[]): void {
  rules = all;
}

/** Whose writes wait here from now on. */
export function openOutbox(person: string): void {
  if (owner === person) return;
  owner = person;
  read();
}

function read(): void {
  try {
    kept = owner ? (JSON.parse(localStorage.getItem(storeName()) ?? "[]") as WaitingWrite[]) : [];
  } catch {
    kept = [];
  }
  for (const listener of listeners) listener();
}

/** Read, changed and written at once: another tab may have put something in meanwhile. */
function change(edit: (all: WaitingWrite[]) => WaitingWrite[]): void {
  read();
  const changed = edit(kept);
  localStorage.setItem(storeName(), JSON.stringify(changed));
  kept = changed;
  for (const listener of listeners) listener();
}

export function waitingWrites(): WaitingWrite[] {
  return kept;
}

export function watchOutbox(listener: () => void): () => void {
  listeners.add(listener);
  const other = (event: StorageEvent) => {
    if (event.key === storeName()) read();
  };
  window.addEventListener("storage", other);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", other);
  };
}

function ruleFor(method: string, path: string): WaitingRule | undefined {
  return rules.find((one) => one.method === method && one.path.test(path));
}

export function mayWait(method: string, path: string): boolean {
  return ruleFor(method, path) !== undefined;
}

/** Keep a write that could not be sent; false where it may not wait, or where this device has no room. */
export function keepForLater(
  method: string,
  path: string,
  body: unknown,
  key: string,
  about?: string,
): boolean {
  const rule = ruleFor(method, path);
  if (!rule || !owner || kept.length >= MOST) return false;
  const write: WaitingWrite = {
    key,
    method,
    path,
    body,
    about,
    kind: rule.kind,
    at: new Date().toISOString(),
  };
  try {
    change((all) => [...all.filter((one) => one.key !== key), write]);
    return true;
  } catch {
    return false;
  }
}

export function dropWaiting(key: string): void {
  change((all) => all.filter((one) => one.key !== key));
}

/** Try a refused write again with the next sending. */
export function retryWaiting(key: string): void {
  const again = ({ refused: _, ...one }: WaitingWrite): WaitingWrite => one;
  change((all) => all.map((one) => (one.key === key ? again(one) : one)));
}

/** What the server said to a waiting write: `done`, `refused` for good, or `later`. */
export type Outcome = { state: "done" | "later" } | { state: "refused"; problem: Problem };

/**
 * Send what waits, in the order it was written, one tab at a time. Stops where the network or the server is not ready, so that the
 * order holds. Answers how many were done.
 */
export async function sendWaiting(send: (write: WaitingWrite) => Promise<Outcome>): Promise<number> {
  const work = async () => {
    read();
    let done = 0;
    for (const write of kept.filter((one) => !one.refused)) {
      const outcome = await send(write);
      if (outcome.state === "later") break;
      if (outcome.state === "refused") {
        const { problem } = outcome;
        change((all) => all.map((one) => (one.key === write.key ? { ...one, refused: problem } : one)));
      } else {
        dropWaiting(write.key);
        done += 1;
      }
    }
    return done;
  };
  return navigator.locks ? navigator.locks.request("km-outbox", work) : work();
}
