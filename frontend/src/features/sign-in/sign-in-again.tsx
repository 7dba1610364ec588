import { Modal } from "antd";
import { useMe } from "@/access/me";
import { queryClient } from "@/api/query-client";
import { useT } from "@/i18n/index";
import styles from "./sign-in.module.css";
import { SignInForm } from "./sign-in-form";

export function SignInAgain({ onDone }: { onDone: () => void }) {
  const t = useT("sign-in");
  const me = useMe();
  return (
    <Modal
      open
      title={t("again.title")}
      footer={null}
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      width={400}
    >
      <p className={styles.again}>{t("again.text")}</p>
      <SignInForm
        username={me.username}
        onDone={() => {
          onDone();
          void queryClient.invalidateQueries();
        }}
      />
    </Modal>
  );
}
