import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";

/** What one has set up for the second step of signing in. */
export type Factors = {
  totp: { since: string } | null;
  passkeys: { id: string; name: string; created_at: string; used_at: string | null }[];
  recovery_codes: number;
  compulsory: boolean;
  /** Told this once, when they are made. */
  new_recovery_codes?: string[];
};

/** A secret for an authenticator program, not kept until a code shows that it has it. */
export type TotpOffer = { secret: string; uri: string; qr: string; offer: string };

export const factorsKey = ["me", "factors"];

export const factorsQuery = queryOptions({
  queryKey: factorsKey,
  queryFn: async ({ signal }) => (await api.get<Factors>("/me/factors", { signal })).data,
});
