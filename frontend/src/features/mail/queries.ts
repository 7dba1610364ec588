import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Ref, Tone } from "@/api/types";

export type Security = "tls" | "starttls" | "none";
export type MailSettings = {
  on: boolean;
  host: string;
  port: number;
  security: Security;
  username: string;
  sender_address: string;
  sender_name: string;
  version: number;
  has_password: boolean;
  ports: number[];
  links_to: string;
  links_work: boolean;
  health: {
    failures: number;
    failing_since: string | null;
    next_at: string | null;
    last_ok_at: string | null;
    last_error: string;
    last_error_label: string;
    last_answer: string;
  };
  waiting: number;
  failed: number;
};
export type LetterState = "waiting" | "sent" | "failed" | "skipped";
export type Letter = {
  id: string;
  purpose: "messages" | "confirm" | "test";
  user: Ref;
  address: string;
  state: LetterState;
  reason: string;
  reason_label: string;
  answer: string;
  attempts: number;
  created_at: string;
  next_at: string | null;
  finished_at: string | null;
};

export const mailKey = ["mail"];

export const mailQuery = queryOptions({
  queryKey: [...mailKey, "server"],
  queryFn: async ({ signal }) => (await api.get<MailSettings>("/admin/mail", { signal })).data,
});

export const stateTone: Record<LetterState, Tone> = {
  waiting: "neutral",
  sent: "good",
  failed: "bad",
  skipped: "neutral",
};

/** The port that usually goes with an encryption; a person may choose another. */
export const USUAL_PORT: Record<Security, number> = { tls: 465, starttls: 587, none: 25 };
