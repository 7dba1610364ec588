import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { type FormEvent, useState } from "react";
import { meQuery } from "@/access/me";
import { ApiError, api } from "@/api/client";
import type { AwaitsFactor, Me } from "@/api/types";
import { useT } from "@/i18n/index";
import { PasswordField, TextField } from "@/kit/field";
import { useErrorText } from "@/kit/states";
import { CodeForm } from "./code-form";
import { PasskeyButton } from "./passkey-button";
import styles from "./sign-in.module.css";

type SignInFormProps = { username?: string; onDone: (me: Me) => void };

export function SignInForm({ username: known, onDone }: SignInFormProps) {
  const t = useT("sign-in");
  const client = useQueryClient();
  const errorText = useErrorText();
  const [username, setUsername] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [ways, setWays] = useState<string[]>([]);

  function enter(me: Me) {
    client.setQueryData(meQuery.queryKey, me);
    onDone(me);
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!username.trim() || !password) return setProblem(t("bothNeeded"));
    setBusy(true);
    setProblem(null);
    try {
      const body = { username: username.trim(), password };
      const { data } = await api.post<Me | AwaitsFactor>("/auth/login", body);
      if (!("awaits" in data)) return enter(data);
      setWays(data.ways);
      setBusy(false);
      setPassword("");
    } catch (error) {
      setProblem(errorText(error));
      if (error instanceof ApiError && error.status === 401) setPassword("");
      setBusy(false);
    }
  }

  if (ways.length > 0) {
    return (
      <CodeForm
        ways={ways}
        onDone={enter}
        onBack={(reason) => {
          setWays([]);
          setProblem(reason ?? null);
        }}
      />
    );
  }
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
      <TextField
        label={t("username")}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus={!known}
        readOnly={known !== undefined}
        value={username}
        onValue={setUsername}
      />
      <PasswordField
        label={t("password")}
        name="password"
        autoComplete="current-password"
        autoFocus={known !== undefined}
        value={password}
        onValue={setPassword}
      />
      <p className={styles.problem} role="alert">
        {problem}
      </p>
      <Button type="primary" size="large" htmlType="submit" block loading={busy}>
        {t("signIn")}
      </Button>
      <PasskeyButton onDone={enter} onProblem={setProblem} />
    </form>
  );
}
