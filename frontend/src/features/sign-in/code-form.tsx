import { Button } from "antd";
import { type FormEvent, useState } from "react";
import { ApiError, api } from "@/api/client";
import type { Me } from "@/api/types";
import { useT } from "@/i18n/index";
import { TextField } from "@/kit/field";
import { useErrorText } from "@/kit/states";
import { PasskeyButton } from "./passkey-button";
import styles from "./sign-in.module.css";

type CodeFormProps = { ways: string[]; onDone: (me: Me) => void; onBack: (reason?: string) => void };

/** The second step: six digits of the telephone, a passkey, or a recovery code when neither is at hand. */
export function CodeForm({ ways, onDone, onBack }: CodeFormProps) {
  const t = useT("sign-in");
  const errorText = useErrorText();
  const [code, setCode] = useState("");
  const [recovery, setRecovery] = useState(!ways.includes("totp"));
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function send(typed: string) {
    if (!typed.trim() || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      onDone((await api.post<Me>("/auth/factor", { code: typed })).data);
    } catch (error) {
      setBusy(false);
      if (error instanceof ApiError && error.code === "factor_over") return onBack(errorText(error));
      setCode("");
      setProblem(errorText(error));
    }
  }

  function type(typed: string) {
    setCode(typed);
    if (!recovery && /^\d{6}$/.test(typed)) void send(typed);
  }

  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void send(code);
      }}
    >
      <h2 className={styles.step}>{t("factor.title")}</h2>
      <TextField
        key={recovery ? "recovery" : "code"}
        label={t(recovery ? "factor.recovery" : "factor.code")}
        hint={t(recovery ? "factor.recoveryHint" : "factor.codeHint")}
        name="code"
        autoComplete={recovery ? "off" : "one-time-code"}
        inputMode={recovery ? "text" : "numeric"}
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        value={code}
        onValue={type}
      />
      <p className={styles.problem} role="alert">
        {problem}
      </p>
      <Button type="primary" size="large" htmlType="submit" block loading={busy}>
        {t("factor.verify")}
      </Button>
      {ways.includes("passkey") ? <PasskeyButton onDone={onDone} onProblem={setProblem} /> : null}
      <div className={styles.other}>
        {ways.includes("totp") ? (
          <Button
            type="link"
            onClick={() => {
              setRecovery(!recovery);
              setCode("");
              setProblem(null);
            }}
          >
            {t(recovery ? "factor.useCode" : "factor.useRecovery")}
          </Button>
        ) : null}
        <Button type="link" onClick={() => onBack()}>
          {t("factor.back")}
        </Button>
      </div>
    </form>
  );
}
