import { api } from "@/api/client";

type Offer = { options: never; offer: string };

/** Whether this browser knows passkeys at all, and here: they work by name over https or on this machine, never by a bare address. */
export function passkeysWork(): boolean {
  return typeof PublicKeyCredential !== "undefined" && !/^[\d.]+$|^\[/.test(window.location.hostname);
}

/** A browser's refusal, in the interface's words: `passkeys.<why>`; null for what is no refusal of the browser. */
export function whyNot(error: unknown): "cancelled" | "already" | null {
  if (!(error instanceof Error)) return null;
  if (error.name === "InvalidStateError") return "already";
  return error.name === "NotAllowedError" || error.name === "AbortError" ? "cancelled" : null;
}

/** Let the browser make a key for the signed-in person; what is to be sent back for it to be kept. */
export async function makePasskey(password: string): Promise<{ offer: string; answer: unknown }> {
  const { startRegistration } = await import("@simplewebauthn/browser");
  const { data } = await api.post<Offer>("/me/factors/passkeys", { password });
  return { offer: data.offer, answer: await startRegistration({ optionsJSON: data.options }) };
}

/** Ask whoever sits here for one of his keys, and sign in by it. */
export async function signInByPasskey<Answer>(): Promise<Answer> {
  const { startAuthentication } = await import("@simplewebauthn/browser");
  const { data } = await api.post<Offer>("/auth/passkey/ask", {});
  const answer = await startAuthentication({ optionsJSON: data.options });
  return (await api.post<Answer>("/auth/passkey", { offer: data.offer, answer })).data;
}
