import { useQueryClient } from "@tanstack/react-query";
import type { Operation, Tone } from "@/api/types";
import { useLocale, useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { ConfirmButton } from "@/kit/confirm-button";
import { DateTime, formatDay, formatSmart, localTime } from "@/kit/date-time";
import { StateTag } from "@/kit/tag";
import { takeBack } from "@/kit/take-back";
import { useMessage } from "@/kit/use-message";
import styles from "./operations.module.css";

const TONES: Record<string, Tone> = { undone: "good", partly: "warn", undoing: "accent" };

export function OperationRow({ row, others }: { row: Operation; others: boolean }) {
  const t = useT("operations");
  const client = useQueryClient();
  const message = useMessage();
  const locale = useLocale();
  // Only what is out of the ordinary gets a tag: nearly every line could be taken back.
  const tag = row.state === "done" ? (row.until ? null : "final") : row.state;

  async function undo() {
    try {
      if (await takeBack(row.id)) message.success(t("done"));
    } catch (error) {
      message.error(error);
    }
    await client.invalidateQueries({ queryKey: ["operations"] });
  }

  const name = row.undone_by?.label ?? "";
  const at = row.undone_at ? formatSmart(row.undone_at, locale) : "";
  return (
    <li className={styles.row}>
      <div className={styles.words}>
        <p className={styles.what}>
          <b>{row.action_label}</b>
          <span className={styles.kind}>{row.object_label}</span>
          {row.record ? (
            <AppLink path={`/${row.object}/${row.record}`}>{row.label}</AppLink>
          ) : row.label && row.label !== row.action_label ? (
            <span>{row.label}</span>
          ) : null}
          {tag ? <StateTag tone={TONES[tag] ?? "neutral"}>{t(`state.${tag}`)}</StateTag> : null}
        </p>
        <p className={styles.facts}>
          {others ? <span>{t("by", { name: row.actor.label ?? "" })}</span> : null}
          <DateTime value={row.at} kind="smart" />
          {row.record ? null : <span>{t("many", { succeeded: row.succeeded })}</span>}
          {row.failed > 0 ? <span className={styles.bad}>{t("failed", { failed: row.failed })}</span> : null}
          {row.state === "undone" ? <span>{t("undoneBy", { name, at })}</span> : null}
          {row.state === "partly" ? (
            <span>{t("partlyBy", { name, at, count: row.taken_back, kept: row.kept })}</span>
          ) : null}
          {row.can_undo && row.until ? (
            <span>{t("until", { date: formatDay(localTime(row.until).format("YYYY-MM-DD"), locale) })}</span>
          ) : null}
        </p>
      </div>
      {row.can_undo ? (
        <ConfirmButton size="small" onConfirm={undo}>
          {row.state === "partly" ? t("undoRest") : t("undo")}
        </ConfirmButton>
      ) : null}
    </li>
  );
}
