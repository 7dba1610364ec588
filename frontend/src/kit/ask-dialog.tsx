import { Button } from "antd";
import type { ReactNode } from "react";
import { useT } from "@/i18n/index";
import styles from "./ask-dialog.module.css";
import { NativeDialog } from "./native-dialog";

type AskDialogProps = {
  title: string;
  submit: string;
  ready: boolean;
  busy?: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
};

/** A small question before something is done: a field or two, cancel, go. Enter goes. */
export function AskDialog({
  title,
  submit,
  ready,
  busy = false,
  onSubmit,
  onClose,
  children,
}: AskDialogProps) {
  const t = useT();
  return (
    <NativeDialog label={title} className={styles.dialog} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <h2 className={styles.title}>{title}</h2>
        {children}
        <div className={styles.buttons}>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="primary" htmlType="submit" loading={busy} disabled={!ready}>
            {submit}
          </Button>
        </div>
      </form>
    </NativeDialog>
  );
}
