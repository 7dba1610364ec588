import { Button } from "antd";
import { type FormEvent, useState } from "react";
import { ApiError } from "@/api/client";
import { useT } from "@/i18n/index";
import { PasswordField } from "@/kit/field";
import { useErrorText } from "@/kit/states";
import styles from "./me.module.css";

type PasswordProofProps = {
  /** What the button does, in its words. */
  action: string;
  danger?: boolean;
  onProve: (password: string) => Promise<void>;
  onCancel: () => void;
};

/** Asks for the password before what outlasts the session: whoever finds an open screen does not get further. */
export function PasswordProof({ action, danger, onProve, onCancel }: PasswordProofProps) {
  const t = useT("me");
  const errorText = useErrorText();
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!password) return;
    setBusy(true);
    setProblem(null);
    try {
      await onProve(password);
    } catch (error) {
      const first = error instanceof ApiError ? error.errors[0]?.message : null;
      setProblem(first ?? errorText(error));
    }
    setBusy(false);
  }

  return (
    <form className={styles.proof} onSubmit={(event) => void submit(event)}>
      <PasswordField
        label={t("factors.proof")}
        autoComplete="current-password"
        autoFocus
        value={password}
        onValue={setPassword}
        error={problem}
      />
      <div className={styles.mailButtons}>
        <Button type="primary" danger={danger ?? false} htmlType="submit" loading={busy} disabled={!password}>
          {action}
        </Button>
        <Button onClick={onCancel}>{t("factors.cancel")}</Button>
      </div>
    </form>
  );
}
