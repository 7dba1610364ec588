import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { type FormEvent, useState } from "react";
import { ApiError, api } from "@/api/client";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { TextField } from "@/kit/field";
import { SkeletonRows } from "@/kit/skeleton";
import { useErrorText } from "@/kit/states";
import { eventsQuery, type Subscription, type Webhook, webhooksKey } from "./queries";
import { SubscriptionEditor } from "./subscription-editor";
import styles from "./webhooks.module.css";

type WebhookEditorProps = {
  hook?: Webhook;
  onClose: () => void;
  onSaved: (hook: Webhook, secret: string | null) => void;
};

export function WebhookEditor({ hook, onClose, onSaved }: WebhookEditorProps) {
  const t = useT("webhooks");
  const client = useQueryClient();
  const errorText = useErrorText();
  const kinds = useQuery(eventsQuery);
  const [name, setName] = useState(hook?.name ?? "");
  const [url, setUrl] = useState(hook?.url ?? "");
  const [chosen, setChosen] = useState<Subscription[]>(hook?.subscriptions ?? []);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);

  async function save(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setErrors({});
    const values = { name, url, subscriptions: chosen };
    try {
      const { data } = hook
        ? await api.patch<Webhook & { secret?: string }>(`/webhooks/${hook.id}`, values, {
            headers: { "If-Match": `"${hook.version}"` },
          })
        : await api.post<Webhook & { secret?: string }>("/webhooks", values);
      await client.invalidateQueries({ queryKey: webhooksKey });
      onSaved(data, data.secret ?? null);
    } catch (error) {
      const found = error instanceof ApiError ? error.errors : [];
      setErrors(
        found.length > 0
          ? Object.fromEntries(found.map((one) => [(one.field ?? "").split(".")[0] ?? "", one.message]))
          : { "": errorText(error) },
      );
    }
    setBusy(false);
  }

  return (
    <Card title={hook ? t("edit") : t("create")}>
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => void save(event)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onClose();
        }}
      >
        <TextField label={t("name")} value={name} onValue={setName} error={errors.name} autoFocus />
        <TextField
          label={t("url")}
          hint={t("urlHint")}
          type="url"
          inputMode="url"
          placeholder="https://"
          value={url}
          onValue={setUrl}
          error={errors.url}
        />
        <fieldset className={styles.kinds}>
          <legend>{t("toldOf")}</legend>
          <p className={styles.hint}>{t("rightsHint")}</p>
          {kinds.isPending ? <SkeletonRows rows={4} /> : null}
          {kinds.data?.map((kind) => (
            <SubscriptionEditor
              key={kind.object}
              kind={kind}
              value={chosen.find((one) => one.object === kind.object) ?? null}
              onChange={(next) =>
                setChosen([
                  ...chosen.filter((one) => one.object !== kind.object),
                  ...(next === null ? [] : [next]),
                ])
              }
            />
          ))}
        </fieldset>
        <p className={styles.problem} role="alert">
          {errors.subscriptions ?? errors[""] ?? ""}
        </p>
        <div className={styles.foot}>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="primary" htmlType="submit" loading={busy}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Card>
  );
}
