import { Button } from "antd";
import { useT } from "@/i18n/index";
import { useMessage } from "@/kit/use-message";
import styles from "./webhooks.module.css";

/** A secret is shown this once; whoever loses it makes a new one. */
export function SecretNote({ secret, onDone }: { secret: string; onDone: () => void }) {
  const t = useT("webhooks");
  const message = useMessage();
  async function copy() {
    await navigator.clipboard.writeText(secret);
    message.success(t("secret.copied"));
  }
  return (
    <div className={styles.secret} role="status">
      <strong>{t("secret.once")}</strong>
      <code>{secret}</code>
      <span className={styles.buttons}>
        <Button size="small" onClick={() => void copy()}>
          {t("secret.copy")}
        </Button>
        <Button size="small" type="text" onClick={onDone}>
          {t("secret.done")}
        </Button>
      </span>
    </div>
  );
}
