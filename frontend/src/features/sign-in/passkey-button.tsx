import { Button } from "antd";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { passkeysWork, signInByPasskey, whyNot } from "@/access/passkeys";
import type { Me } from "@/api/types";
import { useT } from "@/i18n/index";
import { useErrorText } from "@/kit/states";

type PasskeyButtonProps = { onDone: (me: Me) => void; onProblem: (text: string | null) => void };

/** Finger, face or PIN instead of a password; absent where the browser or the address allows none. */
export function PasskeyButton({ onDone, onProblem }: PasskeyButtonProps) {
  const t = useT("sign-in");
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  if (!passkeysWork()) return null;

  async function enter() {
    setBusy(true);
    onProblem(null);
    try {
      onDone(await signInByPasskey<Me>());
    } catch (error) {
      onProblem(whyNot(error) ? t("passkey.cancelled") : errorText(error));
      setBusy(false);
    }
  }

  return (
    <Button size="large" block icon={<KeyRound size={16} />} loading={busy} onClick={() => void enter()}>
      {t("passkey.signIn")}
    </Button>
  );
}
