import { Button } from "antd";
import { type FormEvent, useState } from "react";
import { TextField } from "@/kit/field";
import { NativeDialog } from "@/kit/native-dialog";
import { useFormat } from "../fields/use-format";
import styles from "./export-purpose.module.css";

type ExportPurposeProps = { onExport: (purpose: string) => void; onClose: () => void };

/** What an export is for: written into the file and into the log. */
export function ExportPurpose({ onExport, onClose }: ExportPurposeProps) {
  const { t } = useFormat();
  const [purpose, setPurpose] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onExport(purpose);
  };
  return (
    <NativeDialog label={t("export.purpose_title")} className={styles.dialog} onClose={onClose}>
      <form onSubmit={submit}>
        <h2 className={styles.title}>{t("export.purpose_title")}</h2>
        <TextField
          label={t("export.purpose")}
          hint={t("export.purpose_hint")}
          value={purpose}
          maxLength={200}
          autoComplete="off"
          onValue={setPurpose}
        />
        <div className={styles.buttons}>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="primary" htmlType="submit" disabled={!purpose.trim()}>
            {t("export.button")}
          </Button>
        </div>
      </form>
    </NativeDialog>
  );
}
