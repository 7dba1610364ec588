import { useQueryClient } from "@tanstack/react-query";
import { ChevronLeft } from "lucide-react";
import { useState } from "react";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { DateTime } from "@/kit/date-time";
import { PageHeader } from "@/kit/page-header";
import { DeliveryLog } from "./delivery-log";
import { HealthTag } from "./health-tag";
import { type Webhook, webhooksKey } from "./queries";
import { SecretNote } from "./secret-note";
import { SubscriptionList } from "./subscription-list";
import { WebhookActions } from "./webhook-actions";
import { WebhookEditor } from "./webhook-editor";
import styles from "./webhooks.module.css";

type WebhookViewProps = {
  hook: Webhook;
  secret: string | null;
  onSecret: (secret: string | null) => void;
  onBack: () => void;
};

export function WebhookView({ hook, secret, onSecret, onBack }: WebhookViewProps) {
  const t = useT("webhooks");
  const client = useQueryClient();
  const [editing, setEditing] = useState(false);
  const { health } = hook;
  return (
    <>
      <button type="button" className={styles.back} onClick={onBack}>
        <ChevronLeft size={18} aria-hidden />
        {t("title")}
      </button>
      <PageHeader
        title={hook.name}
        sub={<span className={styles.url}>{hook.url}</span>}
        actions={
          <WebhookActions hook={hook} onEdit={() => setEditing(true)} onSecret={onSecret} onGone={onBack} />
        }
      />
      {secret ? <SecretNote secret={secret} onDone={() => onSecret(null)} /> : null}
      {hook.state === "paused" ? <p className={styles.notice}>{t(`paused.${hook.pause_reason}`)}</p> : null}
      {editing ? (
        <WebhookEditor
          hook={hook}
          onClose={() => setEditing(false)}
          onSaved={() => {
            setEditing(false);
            void client.invalidateQueries({ queryKey: webhooksKey });
          }}
        />
      ) : (
        <div className={styles.pair}>
          <Card title={t("howItFares")}>
            <dl className={styles.facts}>
              <dt>{t("state")}</dt>
              <dd>
                <HealthTag hook={hook} />
              </dd>
              <dt>{t("waiting")}</dt>
              <dd className="km-num">{health.waiting}</dd>
              {health.oldest_waiting_at ? <dt>{t("oldest")}</dt> : null}
              {health.oldest_waiting_at ? (
                <dd>
                  <DateTime value={health.oldest_waiting_at} kind="smart" />
                </dd>
              ) : null}
              <dt>{t("lastOk")}</dt>
              <dd>
                <DateTime value={health.last_ok_at} kind="smart" />
              </dd>
              {health.failures > 0 ? <dt>{t("failing")}</dt> : null}
              {health.failures > 0 ? (
                <dd>
                  {t("failingFigures", { count: health.failures, error: errorWord(t, health.last_error) })}
                </dd>
              ) : null}
              {health.next_try_at && hook.state === "active" ? <dt>{t("nextTry")}</dt> : null}
              {health.next_try_at && hook.state === "active" ? (
                <dd>
                  <DateTime value={health.next_try_at} kind="instant" />
                </dd>
              ) : null}
              <dt>{t("owner")}</dt>
              <dd>{t("ownerFact", { name: hook.owner.label ?? "–" })}</dd>
              {hook.old_secret_until ? <dt>{t("oldSecret")}</dt> : null}
              {hook.old_secret_until ? (
                <dd>
                  <DateTime value={hook.old_secret_until} kind="instant" />
                </dd>
              ) : null}
            </dl>
          </Card>
          <Card title={t("toldOf")}>
            <SubscriptionList items={hook.subscriptions} />
          </Card>
        </div>
      )}
      <DeliveryLog hook={hook} />
    </>
  );
}

/** What went wrong in words; a number is the receiver's own status. */
export function errorWord(t: (key: string) => string, code: string): string {
  if (!code || /^\d+$/.test(code)) return code;
  const unknownHost = code === "address_unresolved";
  return t(code.startsWith("address_") && !unknownHost ? "error.address" : `error.${code}`);
}
