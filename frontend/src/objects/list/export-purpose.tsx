import { useState } from "react";
import { AskDialog } from "@/kit/ask-dialog";
import { TextField } from "@/kit/field";
import { useFormat } from "../fields/use-format";

type ExportPurposeProps = { onExport: (purpose: string) => void; onClose: () => void };

/** What an export is for: written into the file and into the log. */
export function ExportPurpose({ onExport, onClose }: ExportPurposeProps) {
  const { t } = useFormat();
  const [purpose, setPurpose] = useState("");
  return (
    <AskDialog
      title={t("export.purpose_title")}
      submit={t("export.button")}
      ready={Boolean(purpose.trim())}
      onSubmit={() => onExport(purpose)}
      onClose={onClose}
    >
      <TextField
        label={t("export.purpose")}
        hint={t("export.purpose_hint")}
        value={purpose}
        maxLength={200}
        autoComplete="off"
        onValue={setPurpose}
      />
    </AskDialog>
  );
}

type ExportDoubtProps = { why: string; onExport: () => void; onClose: () => void };

/** Some of those in it have not agreed: said before the file is made. */
export function ExportDoubt({ why, onExport, onClose }: ExportDoubtProps) {
  const { t } = useFormat();
  return (
    <AskDialog
      title={t("export.doubt")}
      submit={t("export.anyway")}
      ready
      onSubmit={onExport}
      onClose={onClose}
    >
      <p>{why}</p>
    </AskDialog>
  );
}
