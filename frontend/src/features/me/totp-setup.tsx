import { Button } from "antd";
import { type FormEvent, useState } from "react";
import { ApiError, api } from "@/api/client";
import { useT } from "@/i18n/index";
import { TextField } from "@/kit/field";
import { useErrorText } from "@/kit/states";
import type { Factors, TotpOffer } from "./factors";
import styles from "./me.module.css";

type TotpSetupProps = { offer: TotpOffer; onDone: (factors: Factors) => void; onCancel: () => void };

/** Scan, enter a first code: only then the secret is kept. */
export function TotpSetup({ offer, onDone, onCancel }: TotpSetupProps) {
  const t = useT("me");
  const errorText = useErrorText();
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      onDone((await api.post<Factors>("/me/factors/totp/confirm", { offer: offer.offer, code })).data);
    } catch (error) {
      const first = error instanceof ApiError ? error.errors[0]?.message : null;
      setProblem(first ?? errorText(error));
      setBusy(false);
    }
  }

  return (
    <form className={styles.setup} onSubmit={(event) => void submit(event)}>
      <img className={styles.qr} src={offer.qr} alt={t("factors.qr")} width={184} height={184} />
      <div className={styles.steps}>
        <p>{t("factors.scan")}</p>
        <details className={styles.byHand}>
          <summary>{t("factors.byHand")}</summary>
          <code>{offer.secret.replace(/(.{4})(?=.)/g, "$1 ")}</code>
        </details>
        <TextField
          label={t("factors.firstCode")}
          inputMode="numeric"
          autoComplete="one-time-code"
          autoFocus
          maxLength={7}
          value={code}
          onValue={setCode}
          error={problem}
        />
        <div className={styles.mailButtons}>
          <Button type="primary" htmlType="submit" loading={busy} disabled={!code.trim()}>
            {t("factors.confirm")}
          </Button>
          <Button onClick={onCancel}>{t("factors.cancel")}</Button>
        </div>
      </div>
    </form>
  );
}
