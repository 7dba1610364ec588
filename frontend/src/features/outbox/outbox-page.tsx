import { Button } from "antd";
import { CloudUpload } from "lucide-react";
import { dropWaiting, retryWaiting, type WaitingWrite } from "@/api/outbox";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { ConfirmButton } from "@/kit/confirm-button";
import { DateTime } from "@/kit/date-time";
import { PageHeader } from "@/kit/page-header";
import { EmptyState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import { useFlush, useWaiting } from "@/kit/use-waiting";
import styles from "./outbox.module.css";

/** What was written without a network: still waiting, or refused by the server and for the person to decide. */
export function OutboxPage() {
  const t = useT();
  const send = useFlush();
  const writes = useWaiting();
  return (
    <div className={styles.page}>
      <PageHeader
        title={t("offline.title")}
        sub={t("offline.sub")}
        actions={writes.length > 0 ? <Button onClick={send}>{t("offline.now")}</Button> : null}
      />
      <Card flush>
        {writes.length === 0 ? (
          <EmptyState icon={CloudUpload} title={t("offline.empty")} text={t("offline.emptyText")} />
        ) : (
          <ul className={styles.list}>
            {writes.map((write) => (
              <OutboxRow key={write.key} write={write} onRetry={send} />
            ))}
          </ul>
        )}
      </Card>
    </div>
  );
}

function OutboxRow({ write, onRetry }: { write: WaitingWrite; onRetry: () => void }) {
  const t = useT();
  const message = useMessage();
  const text = textOf(write);
  const reasons = write.refused?.errors?.map((error) => error.message) ?? [];
  return (
    <li className={styles.row}>
      <div className={styles.words}>
        <p className={styles.kind}>
          {t(`offline.kind.${write.kind}`)} <DateTime value={write.at} kind="smart" />
        </p>
        {write.about ? <p className={styles.about}>{write.about}</p> : null}
        {text ? <p className={styles.text}>{text}</p> : null}
        <p className={write.refused ? styles.refused : styles.state}>
          {write.refused
            ? [write.refused.detail || write.refused.title, ...reasons].join(" ")
            : t("offline.state")}
        </p>
      </div>
      <div className={styles.actions}>
        {text ? (
          <Button
            onClick={() =>
              void navigator.clipboard
                .writeText(text)
                .then(() => message.success(t("offline.copied")), message.error)
            }
          >
            {t("offline.copy")}
          </Button>
        ) : null}
        {write.refused ? (
          <Button
            onClick={() => {
              retryWaiting(write.key);
              onRetry();
            }}
          >
            {t("offline.again")}
          </Button>
        ) : null}
        <ConfirmButton
          danger
          question={t("offline.drop")}
          title={t("offline.dropSure")}
          onConfirm={() => dropWaiting(write.key)}
        >
          {t("offline.drop")}
        </ConfirmButton>
      </div>
    </li>
  );
}

/** What the person typed, of whatever kind it is. */
function textOf(write: WaitingWrite): string {
  const body = write.body as { content?: unknown; title?: unknown } | undefined;
  return [body?.title, body?.content].filter((part) => typeof part === "string").join("\n");
}
