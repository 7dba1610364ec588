import { useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import { type FormEvent, useState } from "react";
import { useMe, useSetMe } from "@/access/me";
import { usePasswordRules } from "@/access/password-rules";
import { ApiError, api } from "@/api/client";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { PasswordField } from "@/kit/field";
import { useErrorText } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import styles from "./me.module.css";

const EMPTY = { current: "", new: "", again: "" };

export function PasswordCard() {
  const t = useT("me");
  const me = useMe();
  const setMe = useSetMe();
  const navigate = useNavigate();
  const message = useMessage();
  const errorText = useErrorText();
  const rules = usePasswordRules();
  const [values, setValues] = useState(EMPTY);
  const [errors, setErrors] = useState<Partial<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (values.new !== values.again) return setErrors({ again: t("password.differ") });
    setBusy(true);
    setErrors({});
    try {
      await api.post("/me/password", { current: values.current, new: values.new });
      setValues(EMPTY);
      message.success(t("password.changed"));
      // What the route waits for is known already; asking the server again would hold the person back.
      const owes = me.owes.filter((one) => one !== "password");
      setMe({ ...me, must_change_password: false, owes });
      if (me.owes[0] === "password" && owes.length === 0) void navigate({ to: "/" });
    } catch (error) {
      const fields = error instanceof ApiError ? error.errors : [];
      setErrors(
        fields.length > 0
          ? // The server says "password" of the new one.
            Object.fromEntries(
              fields.map((item) => [item.field === "password" ? "new" : (item.field ?? ""), item.message]),
            )
          : { "": errorText(error) },
      );
    }
    setBusy(false);
  }

  const bind = (key: keyof typeof EMPTY) => ({
    label: t(`password.${key}`),
    value: values[key],
    error: errors[key],
    onValue: (value: string) => setValues({ ...values, [key]: value }),
    required: true,
  });
  return (
    <Card title={<span id="password">{t("password.title")}</span>}>
      <form onSubmit={(event) => void submit(event)}>
        <div className={styles.form}>
          <PasswordField {...bind("current")} autoComplete="current-password" />
          <PasswordField {...bind("new")} autoComplete="new-password" hint={rules} />
          <PasswordField {...bind("again")} autoComplete="new-password" />
        </div>
        <div className={styles.foot}>
          <p className={styles.problem} role="alert">
            {errors[""]}
          </p>
          <Button type="primary" htmlType="submit" loading={busy}>
            {t("password.change")}
          </Button>
        </div>
      </form>
    </Card>
  );
}
