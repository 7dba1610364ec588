import { Button } from "antd";
import { useT } from "@/i18n/index";
import { useHotkey } from "@/kit/use-hotkey";
import styles from "./save-bar.module.css";
import type { DocumentState } from "./use-document";

/** Appears only after a change. */
export function SaveBar<T>({ document }: { document: DocumentState<T> }) {
  const t = useT("admin");
  useHotkey("mod+enter", () => void document.save(), { enabled: document.dirty });
  if (!document.dirty) return null;
  return (
    <div className={styles.bar} role="status">
      <span className={styles.text}>{t("unsaved")}</span>
      <Button onClick={document.discard}>{t("discard")}</Button>
      <Button type="primary" loading={document.saving} onClick={() => void document.save()}>
        {t("save")}
      </Button>
    </div>
  );
}
