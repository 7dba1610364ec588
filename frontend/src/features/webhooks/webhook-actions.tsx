import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { ConfirmButton } from "@/kit/confirm-button";
import { useMessage } from "@/kit/use-message";
import { type Delivery, type DeliveryDetail, type Webhook, webhooksKey } from "./queries";
import { errorWord } from "./webhook-view";
import styles from "./webhooks.module.css";

type WebhookActionsProps = {
  hook: Webhook;
  onEdit: () => void;
  onSecret: (secret: string) => void;
  onGone: () => void;
};

/** An answer takes ten seconds at most; then whoever asked looks into the log himself. */
const LOOKS = 14;

export function WebhookActions({ hook, onEdit, onSecret, onGone }: WebhookActionsProps) {
  const t = useT("webhooks");
  const client = useQueryClient();
  const message = useMessage();
  const [testing, setTesting] = useState(false);
  const path = `/webhooks/${hook.id}`;

  async function run(work: () => Promise<unknown>) {
    try {
      await work();
    } catch (error) {
      message.error(error);
    }
    await client.invalidateQueries({ queryKey: webhooksKey });
  }

  async function test() {
    setTesting(true);
    await run(async () => {
      const queued = (await api.post<Delivery>(`${path}/test`)).data;
      for (let look = 0; look < LOOKS; look++) {
        await new Promise((resolve) => window.setTimeout(resolve, 800));
        const found = (await api.get<DeliveryDetail>(`/webhook-deliveries/${queued.id}`)).data;
        if (found.state === "waiting") continue;
        const word = found.status ? String(found.status) : errorWord(t, found.reason);
        if (found.state === "done")
          message.success(t("test.done", { status: word, ms: found.milliseconds ?? 0 }));
        else message.error(t("test.failed", { status: word }));
        return;
      }
      message.info(t("test.late"));
    });
    setTesting(false);
  }

  return (
    <div className={styles.buttons}>
      {hook.mine ? (
        <>
          <ConfirmButton
            question={t("rotateAsk")}
            onConfirm={() =>
              run(async () =>
                onSecret((await api.post<{ secret: string }>(`${path}/rotate-secret`)).data.secret),
              )
            }
          >
            {t("rotate")}
          </ConfirmButton>
          <Button onClick={onEdit}>{t("edit")}</Button>
        </>
      ) : (
        <ConfirmButton question={t("takeOverAsk")} onConfirm={() => run(() => api.post(`${path}/take-over`))}>
          {t("takeOver")}
        </ConfirmButton>
      )}
      <ConfirmButton
        question={t("deleteAsk")}
        onConfirm={() =>
          run(async () => {
            await api.delete(path);
            onGone();
          })
        }
      >
        {t("delete")}
      </ConfirmButton>
      {hook.state === "active" ? (
        <Button onClick={() => void run(() => api.post(`${path}/pause`))}>{t("pause")}</Button>
      ) : (
        <Button onClick={() => void run(() => api.post(`${path}/resume`))}>{t("resume")}</Button>
      )}
      <Button type="primary" loading={testing} onClick={() => void test()}>
        {t("test.send")}
      </Button>
    </div>
  );
}
