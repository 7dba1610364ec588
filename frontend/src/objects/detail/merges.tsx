import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { api } from "@/api/client";
import { DateTime } from "@/kit/date-time";
import { useMessage } from "@/kit/use-message";
import { keys } from "../data/keys";
import { useFormat } from "../fields/use-format";
import type { ObjectMeta, RecordData } from "../model/meta";
import styles from "./history.module.css";

type MergeLine = {
  id: string;
  loser: { id: string; label: string };
  at: string;
  by: { label: string | null } | null;
  can_undo: boolean;
  until: string | null;
  undone_at: string | null;
};

/** What became part of this record, and the way back for 30 days; what cannot go back is said line by line. */
export function Merges({ meta, record }: { meta: ObjectMeta; record: RecordData }) {
  const { t } = useFormat();
  const client = useQueryClient();
  const message = useMessage();
  const [busy, setBusy] = useState(false);
  const [report, setReport] = useState<string[]>([]);
  const merges = useQuery({
    queryKey: [...keys.history(meta.name, record.id), "merges"],
    queryFn: async ({ signal }) =>
      (
        await api.get<{ items: MergeLine[] }>("/merges", {
          query: { object: meta.name, id: record.id },
          signal,
        })
      ).data.items,
  });
  if (!merges.data || merges.data.length === 0) return null;

  async function undo(line: MergeLine) {
    setBusy(true);
    try {
      const { data } = await api.post<{ report: string[] }>(`/merges/${line.id}/undo`);
      setReport(data.report);
      message.success(t("merge.done"));
      await client.invalidateQueries();
    } catch (error) {
      message.error(error);
    }
    setBusy(false);
  }

  return (
    <section className={styles.merges} aria-label={t("merge.title")}>
      <h3>{t("merge.title")}</h3>
      <ul>
        {merges.data.map((line) => (
          <li key={line.id}>
            <span>
              {t("merge.at", { name: line.by?.label ?? t("history.system"), loser: line.loser.label })}{" "}
              <DateTime value={line.at} kind="smart" />
            </span>
            {line.can_undo ? (
              <Button size="small" loading={busy} onClick={() => void undo(line)}>
                {t("merge.undo")}
              </Button>
            ) : null}
            {line.undone_at ? <span>{t("merge.undone")}</span> : null}
          </li>
        ))}
      </ul>
      {report.length > 0 ? (
        <ul role="status" className={styles.report}>
          {report.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}
