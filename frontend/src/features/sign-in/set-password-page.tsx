import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { type FormEvent, useEffect, useState } from "react";
import { usePasswordRules } from "@/access/password-rules";
import { ApiError, api } from "@/api/client";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { PasswordField } from "@/kit/field";
import { useErrorText } from "@/kit/states";
import { FrontPage } from "./front-page";
import styles from "./sign-in.module.css";

/** Where a link of an invitation or for a forgotten password leads. Its word stands behind the #, which no server is sent. */
export function SetPasswordPage() {
  const t = useT("sign-in");
  const errorText = useErrorText();
  const rules = usePasswordRules();
  const [token] = useState(() => window.location.hash.slice(1));
  const [values, setValues] = useState({ password: "", again: "" });
  const [errors, setErrors] = useState<Partial<Record<string, string>>>({});
  const [state, setState] = useState<"asking" | "busy" | "done">("asking");
  const whose = useQuery({
    queryKey: ["password-link"],
    queryFn: async () =>
      (await api.post<{ username: string; name: string }>("/auth/password-link", { token })).data,
    retry: false,
    gcTime: 0,
  });
  // Out of the address, so that it is neither shown nor kept in the history.
  useEffect(() => window.history.replaceState(null, "", window.location.pathname), []);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (values.password !== values.again) return setErrors({ again: t("choose.differ") });
    setState("busy");
    setErrors({});
    try {
      await api.post("/auth/password", { token, password: values.password });
      setState("done");
    } catch (error) {
      const first = error instanceof ApiError ? error.errors[0]?.message : null;
      setErrors({ password: first ?? errorText(error) });
      setState("asking");
    }
  }

  if (state === "done") {
    return (
      <FrontPage title={t("choose.doneTitle")} lead={t("choose.done")}>
        <AppLink path="/login">{t("setup.toSignIn")}</AppLink>
      </FrontPage>
    );
  }
  if (whose.isError) {
    return (
      <FrontPage title={t("choose.overTitle")} lead={errorText(whose.error)}>
        <AppLink path="/login">{t("setup.toSignIn")}</AppLink>
      </FrontPage>
    );
  }
  const bind = (key: keyof typeof values) => ({
    label: t(`choose.${key}`),
    value: values[key],
    error: errors[key],
    onValue: (value: string) => setValues({ ...values, [key]: value }),
    autoComplete: "new-password",
    required: true,
  });
  return (
    <FrontPage
      title={t("choose.title")}
      lead={whose.data ? t("choose.lead", { name: whose.data.name, username: whose.data.username }) : ""}
    >
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <PasswordField {...bind("password")} hint={rules} autoFocus />
        <PasswordField {...bind("again")} />
        <Button type="primary" size="large" htmlType="submit" block loading={state === "busy"}>
          {t("choose.save")}
        </Button>
      </form>
    </FrontPage>
  );
}
