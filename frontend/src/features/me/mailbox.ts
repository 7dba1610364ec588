import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";

/** Where and when a person wants letters. */
export type Mailbox = {
  available: boolean;
  suggested: string;
  address: string;
  pending: string;
  confirmed: boolean;
  stopped: boolean;
  daily: boolean;
  digest_hour: number;
  quiet_from: number | null;
  quiet_to: number | null;
  refused: string;
};

export const mailboxKey = ["me", "mail"];

export const mailboxQuery = queryOptions({
  queryKey: mailboxKey,
  queryFn: async ({ signal }) => (await api.get<Mailbox>("/me/mail", { signal })).data,
});
