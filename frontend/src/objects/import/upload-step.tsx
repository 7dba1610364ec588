import { Button, Input } from "antd";
import { ClipboardPaste, Download, FileSpreadsheet } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import type { ImportRun } from "@/api/types";
import { useMessage } from "@/kit/use-message";
import { useImportWrites } from "../data/imports";
import { useFormat } from "../fields/use-format";
import type { ObjectMeta } from "../model/meta";
import { parseTable, tsvToCsvFile } from "../model/sheet-text";
import styles from "./import.module.css";

type UploadStepProps = { meta: ObjectMeta; onBegun: (run: ImportRun) => void };

/** A file, or simply the cells copied from an open sheet. */
export function UploadStep({ meta, onBegun }: UploadStepProps) {
  const { t } = useFormat();
  const message = useMessage();
  const { begin } = useImportWrites();
  const picker = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [pasted, setPasted] = useState("");
  const rows = parseTable(pasted);

  async function send(file: File | undefined) {
    if (!file || busy) return;
    setBusy(true);
    try {
      onBegun(await begin(meta.name, file));
    } catch (error) {
      message.error(error);
    } finally {
      setBusy(false);
    }
  }
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void send(event.dataTransfer.files[0]);
  };
  return (
    <section className={styles.card} aria-label={t("import.step_upload")}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the button inside does the same */}
      <div
        className={styles.drop}
        data-over={over}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <FileSpreadsheet size={28} strokeWidth={1.5} aria-hidden />
        <p>{t("import.drop")}</p>
        <Button type="primary" loading={busy} onClick={() => picker.current?.click()}>
          {t("import.choose_file")}
        </Button>
        <p className={styles.muted}>{t("import.kinds")}</p>
        <input
          ref={picker}
          type="file"
          hidden
          accept=".xlsx,.xls,.xlsb,.ods,.csv,.tsv"
          onChange={(event) => void send(event.target.files?.[0])}
        />
      </div>
      <div className={styles.line}>
        <Button
          icon={<Download size={15} aria-hidden />}
          href={`/api/v1/imports/template?object=${encodeURIComponent(meta.name)}`}
          download
        >
          {t("import.template")}
        </Button>
        <span className={styles.muted}>{t("import.template_text")}</span>
      </div>
      <label htmlFor="import-paste">{t("import.paste")}</label>
      <Input.TextArea
        id="import-paste"
        autoSize={{ minRows: 2, maxRows: 8 }}
        placeholder={t("import.paste_hint")}
        value={pasted}
        onChange={(event) => setPasted(event.target.value)}
      />
      {rows.length > 1 ? (
        <div className={styles.line}>
          <span>{t("import.pasted", { rows: rows.length - 1, columns: rows[0]?.length ?? 0 })}</span>
          <Button
            icon={<ClipboardPaste size={15} aria-hidden />}
            loading={busy}
            onClick={() => void send(tsvToCsvFile(pasted, `${t("import.pasted_name")}.csv`))}
          >
            {t("import.use_pasted")}
          </Button>
        </div>
      ) : null}
    </section>
  );
}
