import { useQueryClient } from "@tanstack/react-query";
import { Button, Switch } from "antd";
import { type FormEvent, useState } from "react";
import { ApiError, api } from "@/api/client";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { PasswordField, SelectField, TextField } from "@/kit/field";
import { useErrorText } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import styles from "./mail.module.css";
import { type MailSettings, mailKey, type Security, USUAL_PORT } from "./queries";

const SECURITY: Security[] = ["tls", "starttls", "none"];

/** The settings of the server. The password is only ever sent, never shown. */
export function ServerForm({ found }: { found: MailSettings }) {
  const t = useT("mail");
  const client = useQueryClient();
  const message = useMessage();
  const errorText = useErrorText();
  const [values, setValues] = useState({ ...found, password: "" });
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const put = (change: Partial<typeof values>) => setValues({ ...values, ...change });

  async function save(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setErrors({});
    const { on, host, port, security, username, password, sender_address, sender_name } = values;
    const body = { on, host, port, security, username, sender_address, sender_name };
    try {
      await api.put("/admin/mail", password ? { ...body, password } : body, {
        headers: { "If-Match": `"${found.version}"` },
      });
      message.success(t("saved"));
      await client.invalidateQueries({ queryKey: mailKey });
    } catch (error) {
      const fields = error instanceof ApiError ? error.errors : [];
      setErrors(
        fields.length > 0
          ? Object.fromEntries(fields.map((one) => [one.field ?? "", one.message]))
          : { "": errorText(error) },
      );
    }
    setBusy(false);
  }

  const text = (key: "host" | "username" | "sender_address" | "sender_name") => ({
    label: t(`field.${key}`),
    value: values[key],
    error: errors[key],
    onValue: (value: string) => put({ [key]: value }),
  });
  return (
    <Card title={t("server")}>
      <form noValidate onSubmit={(event) => void save(event)}>
        <div className={styles.fields}>
          <TextField {...text("host")} placeholder="smtp.example.com" autoComplete="off" spellCheck={false} />
          <SelectField
            label={t("field.security")}
            value={values.security}
            error={errors.security}
            options={SECURITY.map((value) => ({ value, label: t(`security.${value}`) }))}
            onValue={(value) =>
              put({ security: value as Security, port: USUAL_PORT[value as Security] ?? values.port })
            }
          />
          <TextField
            label={t("field.port")}
            type="number"
            inputMode="numeric"
            hint={t("portHint", { ports: found.ports.join("、") })}
            value={String(values.port)}
            error={errors.port}
            onValue={(value) => put({ port: Number(value) })}
          />
          <TextField {...text("username")} hint={t("usernameHint")} autoComplete="off" spellCheck={false} />
          <PasswordField
            label={t("field.password")}
            hint={found.has_password ? t("passwordKept") : t("passwordHint")}
            value={values.password}
            error={errors.password}
            onValue={(password) => put({ password })}
            autoComplete="new-password"
          />
          <TextField {...text("sender_address")} type="email" placeholder="crm@example.com" />
          <TextField {...text("sender_name")} placeholder={t("senderExample")} />
        </div>
        <div className={styles.foot}>
          {/* biome-ignore lint/a11y/noLabelWithoutControl: the switch is inside */}
          <label className={styles.switch}>
            <Switch aria-label={t("on")} checked={values.on} onChange={(on) => put({ on })} />
            {t("on")}
          </label>
          <p className={styles.problem} role="alert">
            {errors[""]}
          </p>
          <Button type="primary" htmlType="submit" loading={busy}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Card>
  );
}
