import { isAttended } from "./attended";
import { keepForLater, mayWait, type Outcome, type WaitingWrite } from "./outbox";
import type { Problem, ProblemError, UploadedFile } from "./types";

export type QueryValue = string | number | boolean | null | undefined;
export type Query = Record<string, QueryValue>;
export type Answer<T> = { data: T; headers: Headers; status: number };
export type ReadOptions = { query?: Query; headers?: Record<string, string>; signal?: AbortSignal };
export type WriteOptions = {
  query?: Query;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Sent as Idempotency-Key: the same key and body give the same answer, so a retry never does a thing twice. */
  idempotencyKey?: string;
  /** Whom or what it is about, in the person's words: shown beside it while it waits on this device. */
  about?: string | undefined;
};

const BASE = "/api/v1";

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: ProblemError[];
  readonly problem: Problem;
  readonly headers: Headers;

  constructor(problem: Problem, headers: Headers) {
    super(problem.detail || problem.title);
    this.name = "ApiError";
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.detail = problem.detail || problem.title;
    this.errors = problem.errors ?? [];
    this.problem = problem;
    this.headers = headers;
  }
}

/** Fired on `window` when a request was answered 401; the shell shows the sign-in over the page, losing nothing. */
export const SIGNED_OUT_EVENT = "kemai:signed-out";

/** One key per intended act: make it when the form opens, not on each try. */
export function newIdempotencyKey(): string {
  return crypto.randomUUID();
}

function cookie(name: string): string | null {
  for (const part of document.cookie.split("; ")) {
    const [key, ...rest] = part.split("=");
    if (key === name) return decodeURIComponent(rest.join("="));
  }
  return null;
}

function address(path: string, query?: Query): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== "") search.set(key, String(value));
  }
  const text = search.toString();
  const joint = path.includes("?") ? "&" : "?";
  return `${BASE}${path}${text ? joint + text : ""}`;
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "title" in value;
}

async function readBody(response: Response): Promise<unknown> {
  if (response.status === 204) return null;
  const type = response.headers.get("content-type") ?? "";
  if (type.includes("json")) return response.json();
  return response.text();
}

async function send<T>(method: string, path: string, init: RequestInit, query?: Query): Promise<Answer<T>> {
  const headers = new Headers(init.headers);
  headers.set("Accept", "application/json");
  if (!isAttended()) headers.set("X-Kemai-Unattended", "1");
  if (!headers.has("Accept-Language"))
    headers.set("Accept-Language", document.documentElement.lang || "zh-CN");
  if (method !== "GET") {
    const token = cookie("csrftoken");
    if (token) headers.set("X-CSRFToken", token);
  }
  let response: Response;
  try {
    response = await fetch(address(path, query), { ...init, method, headers, credentials: "same-origin" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(offlineProblem(), new Headers());
  }
  const body = await readBody(response);
  if (!response.ok) {
    const problem = isProblem(body) ? { ...body, status: response.status } : bareProblem(response);
    if (response.status === 401 && !path.startsWith("/auth/") && path !== "/me") {
      window.dispatchEvent(new CustomEvent(SIGNED_OUT_EVENT));
    }
    throw new ApiError(problem, response.headers);
  }
  return { data: body as T, headers: response.headers, status: response.status };
}

function bareProblem(response: Response): Problem {
  const text = `${response.status} ${response.statusText}`.trim();
  return { type: "about:blank", title: text, status: response.status, code: "http", detail: "" };
}

function offlineProblem(code: "network" | "waiting" = "network"): Problem {
  return { type: "about:blank", title: code, status: 0, code, detail: "" };
}

/** Whether what was caught says that a write waits on this device for the network: kept, not failed. */
export function isWaiting(error: unknown): boolean {
  return error instanceof ApiError && error.code === "waiting";
}

async function write<T>(
  method: string,
  path: string,
  body: unknown,
  options: WriteOptions = {},
): Promise<Answer<T>> {
  const key = options.idempotencyKey ?? (mayWait(method, path) ? newIdempotencyKey() : undefined);
  try {
    return await writeOnce<T>(method, path, body, { ...options, ...(key ? { idempotencyKey: key } : {}) });
  } catch (error) {
    const unsent = error instanceof ApiError && error.code === "network";
    if (unsent && key && keepForLater(method, path, body, key, options.about))
      throw new ApiError(offlineProblem("waiting"), new Headers());
    throw error;
  }
}

/** Send a write that waited; see {@link sendWaiting}. */
export async function sendKept(kept: WaitingWrite): Promise<Outcome> {
  try {
    await writeOnce(kept.method, kept.path, kept.body, { idempotencyKey: kept.key });
    return { state: "done" };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const later = error.status === 0 || error.status === 401 || error.status === 429 || error.status >= 500;
    return later ? { state: "later" } : { state: "refused", problem: error.problem };
  }
}

function writeOnce<T>(
  method: string,
  path: string,
  body: unknown,
  options: WriteOptions,
): Promise<Answer<T>> {
  const headers: Record<string, string> = { ...options.headers };
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  const init: RequestInit = { headers, signal: options.signal ?? null };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  return send<T>(method, path, init, options.query);
}

export const api = {
  get: <T>(path: string, options: ReadOptions = {}): Promise<Answer<T>> =>
    send<T>("GET", path, { headers: options.headers ?? {}, signal: options.signal ?? null }, options.query),
  post: <T>(path: string, body?: unknown, options?: WriteOptions) => write<T>("POST", path, body, options),
  patch: <T>(path: string, body?: unknown, options?: WriteOptions) => write<T>("PATCH", path, body, options),
  put: <T>(path: string, body?: unknown, options?: WriteOptions) => write<T>("PUT", path, body, options),
  delete: <T>(path: string, body?: unknown, options?: WriteOptions) =>
    write<T>("DELETE", path, body, options),
  upload: (file: File, signal?: AbortSignal): Promise<Answer<UploadedFile>> => {
    const form = new FormData();
    form.append("file", file);
    return send<UploadedFile>("POST", "/files", { body: form, signal: signal ?? null });
  },
  /** Address of a stored file, for a link or an image. */
  fileUrl: (id: string): string => `${BASE}/files/${encodeURIComponent(id)}/content`,
};
