import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { type FormEvent, useState } from "react";
import { meQuery } from "@/access/me";
import { usePasswordRules } from "@/access/password-rules";
import { ApiError, api } from "@/api/client";
import type { Me } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { PasswordField, TextField } from "@/kit/field";
import { useErrorText } from "@/kit/states";
import { useGo } from "@/kit/use-go";
import { FrontPage } from "./front-page";
import styles from "./sign-in.module.css";

const EMPTY = { company: "", name: "", username: "", password: "" };
type Values = typeof EMPTY;

/** The first administrator of an empty system; the server lets it work once. */
export function SetupPage() {
  const t = useT("sign-in");
  const go = useGo();
  const client = useQueryClient();
  const errorText = useErrorText();
  const rules = usePasswordRules();
  const [values, setValues] = useState<Values>(EMPTY);
  const [errors, setErrors] = useState<Partial<Record<string, string>>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const { data: setup } = useQuery({
    queryKey: ["setup"],
    queryFn: async () => (await api.get<{ open: boolean }>("/auth/setup")).data,
    retry: false,
  });

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    setErrors({});
    try {
      const { data } = await api.post<Me>("/auth/setup", values);
      if (data?.id) client.setQueryData(meQuery.queryKey, data);
      go("/");
    } catch (error) {
      setBusy(false);
      const fields = error instanceof ApiError ? error.errors : [];
      if (fields.length === 0) return setProblem(errorText(error));
      setErrors(Object.fromEntries(fields.map((item) => [item.field ?? "", item.message])));
    }
  }

  if (setup && !setup.open) {
    return (
      <FrontPage title={t("setup.closedTitle")} lead={t("setup.closed")}>
        <AppLink path="/login">{t("setup.toSignIn")}</AppLink>
      </FrontPage>
    );
  }

  const bind = (key: keyof Values) => ({
    label: t(`setup.${key}`),
    value: values[key],
    error: errors[key],
    onValue: (value: string) => setValues({ ...values, [key]: value }),
  });

  return (
    <FrontPage title={t("setup.title")} lead={t("setup.lead")}>
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <TextField {...bind("company")} autoComplete="organization" autoFocus required />
        <TextField {...bind("name")} autoComplete="name" required />
        <TextField
          {...bind("username")}
          hint={t("setup.usernameHint")}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
        />
        <PasswordField {...bind("password")} hint={rules} autoComplete="new-password" required />
        <p className={styles.problem} role="alert">
          {problem ?? errors[""]}
        </p>
        <Button type="primary" size="large" htmlType="submit" block loading={busy}>
          {t("setup.create")}
        </Button>
      </form>
    </FrontPage>
  );
}
