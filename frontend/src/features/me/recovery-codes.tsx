import { Button } from "antd";
import { useT } from "@/i18n/index";
import { useMessage } from "@/kit/use-message";
import styles from "./me.module.css";

/** The new recovery codes, shown once: to copy or keep as a file. */
export function RecoveryCodes({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  const t = useT("me");
  const message = useMessage();
  const text = codes.join("\n");

  async function copy() {
    await navigator.clipboard.writeText(text);
    message.success(t("tokens.copied"));
  }

  return (
    <div className={styles.codes} role="status">
      <strong>{t("factors.codesTitle")}</strong>
      <p>{t("factors.codesLead")}</p>
      <ul>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className={styles.mailButtons}>
        <Button onClick={() => void copy()}>{t("tokens.copy")}</Button>
        <Button
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${t("factors.codesFile")}\n\n${text}\n`)}`}
          download="kemai-recovery-codes.txt"
        >
          {t("factors.codesSave")}
        </Button>
        <Button type="primary" onClick={onKept}>
          {t("factors.codesKept")}
        </Button>
      </div>
    </div>
  );
}
