import { Button } from "antd";
import { type FormEvent, useState } from "react";
import { usePasswordRules } from "@/access/password-rules";
import { ApiError, api } from "@/api/client";
import { useT } from "@/i18n/index";
import { TextField } from "@/kit/field";
import { useErrorText } from "@/kit/states";
import styles from "./admin.module.css";

/** Easy to read out, hard to guess: no letters that look alike. Ends with digits, so that every profile takes it. */
export function makePassword(): string {
  const pick = (letters: string, count: number) =>
    [...crypto.getRandomValues(new Uint32Array(count))].map((n) => letters[n % letters.length]).join("");
  const letters = "abcdefghjkmnpqrstuvwxyz";
  return `${pick(letters, 4)}-${pick(letters, 4)}-${pick("23456789", 4)}`;
}

/** A temporary password the administrator hands over; it must be changed at the next sign-in. */
export function ResetPassword({ id }: { id: string }) {
  const t = useT("admin");
  const errorText = useErrorText();
  const rules = usePasswordRules();
  const [password, setPassword] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [done, setDone] = useState(false);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await api.post(`/users/${id}/reset-password`, { password });
      setDone(true);
    } catch (error) {
      const first = error instanceof ApiError ? error.errors[0]?.message : null;
      setProblem(first ?? errorText(error));
    }
    setBusy(false);
  }

  if (password === null) {
    return <Button onClick={() => setPassword(makePassword())}>{t("users.reset")}</Button>;
  }
  if (done) {
    return (
      <div className={styles.secret} role="status">
        {t("users.newPassword")}
        <code>{password}</code>
      </div>
    );
  }
  return (
    <form className={styles.stack} onSubmit={(event) => void submit(event)}>
      <TextField
        label={t("users.temporary")}
        hint={t("users.temporaryHint", { rules })}
        error={problem}
        autoComplete="off"
        spellCheck={false}
        value={password}
        onValue={setPassword}
      />
      <div className={styles.buttons}>
        <Button type="primary" htmlType="submit" loading={busy} disabled={!password}>
          {t("users.setPassword")}
        </Button>
        <Button onClick={() => setPassword(null)}>{t("discard")}</Button>
      </div>
    </form>
  );
}
