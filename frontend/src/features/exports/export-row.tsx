import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { api } from "@/api/client";
import type { Ref, Tone } from "@/api/types";
import { comma, useT } from "@/i18n/index";
import { ConfirmButton } from "@/kit/confirm-button";
import { DateTime } from "@/kit/date-time";
import { TextField } from "@/kit/field";
import { StateTag } from "@/kit/tag";
import { useMessage } from "@/kit/use-message";
import styles from "./exports.module.css";

export type ExportLine = {
  id: string;
  at: string;
  actor: Ref;
  object_label: string;
  format: string;
  purpose: string;
  fields: string[];
  filtered: boolean;
  state: "waiting" | "approved" | "refused" | "expired" | "withdrawn" | "failed" | "done";
  rows_expected: number | null;
  rows: number | null;
  until: string | null;
  decided_by: Ref | null;
  decision: string;
  file: string | null;
  kept_until: string | null;
  downloads: number;
  can_decide: boolean;
  can_withdraw: boolean;
};

const TONES: Partial<Record<ExportLine["state"], Tone>> = {
  waiting: "warn",
  approved: "accent",
  refused: "bad",
  failed: "bad",
  done: "good",
};

export function ExportRow({ row, own }: { row: ExportLine; own: boolean }) {
  const t = useT("exports");
  const client = useQueryClient();
  const message = useMessage();
  const [refusing, setRefusing] = useState(false);

  async function act(verb: "approve" | "refuse" | "withdraw", reason = "") {
    try {
      await api.post(`/exports/${row.id}/${verb}`, { reason });
      message.success(t(`did.${verb}`));
      setRefusing(false);
    } catch (error) {
      message.error(error);
    }
    await client.invalidateQueries({ queryKey: ["exports"] });
  }

  const rows = row.rows ?? row.rows_expected;
  return (
    <li className={styles.row}>
      <div className={styles.line}>
        <div className={styles.words}>
          <p className={styles.what}>
            <b>{row.object_label}</b>
            {rows === null ? null : <span>{t("rows", { count: rows })}</span>}
            <StateTag tone={TONES[row.state] ?? "neutral"}>{t(`state.${row.state}`)}</StateTag>
          </p>
          <p className={styles.facts}>
            {own ? null : <span>{row.actor.label}</span>}
            <DateTime value={row.at} kind="smart" />
            <span>{row.format === "csv" ? "CSV" : "Excel"}</span>
            <span>{row.filtered ? t("filtered") : t("whole")}</span>
            {row.purpose ? <span>{t("purpose", { text: row.purpose })}</span> : null}
            {row.state === "done" ? <span>{t("downloads", { count: row.downloads })}</span> : null}
            {row.decided_by ? (
              <span>
                {t(`${row.state === "refused" ? "refused" : "approved"}${row.decision ? "With" : "By"}`, {
                  name: row.decided_by.label ?? "",
                  words: row.decision,
                })}
              </span>
            ) : null}
          </p>
          {row.can_decide ? (
            <p className={styles.fields}>{t("fields", { names: row.fields.join(comma()) })}</p>
          ) : null}
        </div>
        <span className={styles.actions}>
          {row.can_decide ? (
            <>
              <Button size="small" onClick={() => setRefusing(!refusing)} aria-expanded={refusing}>
                {t("refuse")}
              </Button>
              <ConfirmButton size="small" type="primary" onConfirm={() => act("approve")}>
                {t("approve")}
              </ConfirmButton>
            </>
          ) : null}
          {row.can_withdraw ? (
            <ConfirmButton size="small" type="text" onConfirm={() => act("withdraw")}>
              {t("withdraw")}
            </ConfirmButton>
          ) : null}
          {row.file ? (
            <Button size="small" href={api.fileUrl(row.file)} download>
              {t("download")}
            </Button>
          ) : null}
        </span>
      </div>
      {refusing ? <Refusal onRefuse={(reason) => act("refuse", reason)} /> : null}
    </li>
  );
}

function Refusal({ onRefuse }: { onRefuse: (reason: string) => Promise<void> }) {
  const t = useT("exports");
  const [reason, setReason] = useState("");
  return (
    <form
      className={styles.refusal}
      onSubmit={(event) => {
        event.preventDefault();
        void onRefuse(reason);
      }}
    >
      <TextField label={t("reason")} value={reason} maxLength={300} autoComplete="off" onValue={setReason} />
      <Button danger htmlType="submit" disabled={!reason.trim()}>
        {t("refuseNow")}
      </Button>
    </form>
  );
}
