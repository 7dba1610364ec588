import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { type KeyboardEvent, useState } from "react";
import { api, newIdempotencyKey } from "@/api/client";
import { useT } from "@/i18n/index";
import { localTime } from "@/kit/date-time";
import { useErrorText } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import { Chips } from "./chips";
import styles from "./follow-up-form.module.css";
import { type Line, refreshDay } from "./queries";

const DAYS = [1, 2, 3, 7, 14, 30] as const;
const WHY = ["waiting", "away", "talked", "no_time"] as const;

type PauseFormProps = {
  line: Line;
  kind: "postpone" | "skip";
  onClose: () => void;
  onDone: () => void;
};

/** Another day, or not today and why. */
export function PauseForm({ line, kind, onClose, onDone }: PauseFormProps) {
  const t = useT("worklist");
  const client = useQueryClient();
  const message = useMessage();
  const errorText = useErrorText();
  const [until, setUntil] = useState(dayIn(1));
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function save() {
    if (kind === "skip" && !reason.trim()) return setProblem(t("pause.why"));
    setBusy(true);
    setProblem(null);
    try {
      const body = { object: line.object, until: kind === "postpone" ? until : null, reason: reason.trim() };
      const { data } = await api.post<{ undo: string }>(`/worklist/${line.id}/pause`, body, {
        idempotencyKey: newIdempotencyKey(),
      });
      message.undo(t(`pause.${kind}_done`, { name: line.record.name, day: until }), data.undo, () =>
        refreshDay(client),
      );
      onDone();
      refreshDay(client);
    } catch (error) {
      setBusy(false);
      setProblem(errorText(error));
    }
  }

  function onKeyDown(event: KeyboardEvent) {
    event.stopPropagation();
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) void save();
    if (event.key === "Escape") onClose();
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: catches Ctrl-Enter from the controls inside
    <div className={styles.form} onKeyDown={onKeyDown}>
      {kind === "postpone" ? (
        <div className={styles.line}>
          <Chips
            label={t("pause.until")}
            value={until}
            options={DAYS.map((n) => ({ value: dayIn(n), label: t(`pause.in${n}`) }))}
            onPick={(day) => day && setUntil(day)}
          />
          <input
            type="date"
            className={styles.date}
            aria-label={t("pause.day")}
            value={until}
            min={dayIn(1)}
            max={dayIn(366)}
            onChange={(event) => event.target.value && setUntil(event.target.value)}
          />
        </div>
      ) : (
        <Chips
          label={t("pause.reason")}
          value={reason}
          options={WHY.map((key) => ({ value: t(`pause.${key}`), label: t(`pause.${key}`) }))}
          onPick={(text) => setReason(text ?? "")}
        />
      )}
      <input
        className={styles.text}
        aria-label={t("pause.reason")}
        placeholder={t(kind === "skip" ? "pause.why" : "pause.note")}
        maxLength={300}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        // biome-ignore lint/a11y/noAutofocus: the person has just asked for this
        autoFocus
      />
      <div className={styles.foot}>
        <p className={styles.problem} role="alert">
          {problem}
        </p>
        <Button onClick={onClose}>{t("followUp.cancel")}</Button>
        <Button type="primary" loading={busy} onClick={() => void save()}>
          {t(`pause.${kind}`)}
        </Button>
      </div>
    </div>
  );
}

function dayIn(days: number): string {
  return localTime().add(days, "day").format("YYYY-MM-DD");
}
