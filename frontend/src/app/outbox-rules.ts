import type { WaitingRule } from "@/api/outbox";

/** What may be written without a network: what adds, and whose order among others the server settles by itself. */
export const WAITING_RULES: WaitingRule[] = [
  { kind: "interaction", method: "POST", path: /^\/interactions$/ },
  { kind: "task", method: "POST", path: /^\/tasks$/ },
  { kind: "taskDone", method: "POST", path: /^\/tasks\/[0-9a-f-]{36}\/complete$/ },
  { kind: "claim", method: "POST", path: /^\/(customers|leads)\/[0-9a-f-]{36}\/claim$/ },
];
