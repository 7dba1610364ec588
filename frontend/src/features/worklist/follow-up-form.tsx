import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { type KeyboardEvent, useRef, useState } from "react";
import { ApiError, api, isWaiting, newIdempotencyKey } from "@/api/client";
import type { ObjectMeta, Row } from "@/api/types";
import { useT } from "@/i18n/index";
import { localTime } from "@/kit/date-time";
import { MOD_KEY } from "@/kit/mod-key";
import { useErrorText } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import { MentionArea } from "@/objects/mentions/mention-area";
import { MentionPlaceProvider } from "@/objects/mentions/place";
import { Chips } from "./chips";
import styles from "./follow-up-form.module.css";
import { type Line, refreshDay } from "./queries";

const NEXT_DAYS = [1, 3, 7, 30] as const;
/** The commonest stand first in the dictionary; the others are one tap further. */
const FIRST_CHANNELS = 5;
const MORE = ":more";

type FollowUpFormProps = {
  line: Line;
  /** Chosen already by a key: the place of an outcome among them, from 1. */
  picked?: number | null;
  onClose: () => void;
  onDone: () => void;
};

/** One note, its outcome, one channel, one next date: what a call leaves behind, without leaving the page. */
export function FollowUpForm({ line, picked, onClose, onDone }: FollowUpFormProps) {
  const t = useT("worklist");
  const client = useQueryClient();
  const message = useMessage();
  const errorText = useErrorText();
  const key = useRef(newIdempotencyKey());
  const [content, setContent] = useState("");
  const [channel, setChannel] = useState<string | null>(null);
  const [outcome, setOutcome] = useState<string | null | undefined>(undefined);
  const [allChannels, setAllChannels] = useState(false);
  const [days, setDays] = useState<number | null>(3);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const { data: meta } = useQuery({
    queryKey: ["meta", "interactions"],
    queryFn: async ({ signal }) => (await api.get<ObjectMeta>("/meta/objects/interactions", { signal })).data,
    staleTime: 5 * 60_000,
  });
  const choicesOf = (name: string) =>
    (meta?.fields.find((field) => field.name === name)?.choices ?? []).filter((choice) => choice.active);
  const choices = choicesOf("channel");
  const outcomes = choicesOf("outcome");
  const chosen = channel ?? choices[0]?.value ?? null;
  const result = outcome === undefined ? (outcomes[(picked ?? 0) - 1]?.value ?? null) : outcome;

  async function save() {
    // An outcome alone says enough: "not reached" needs no more words.
    const said = content.trim() || (outcomes.find((one) => one.value === result)?.label ?? "");
    if (!said) return setProblem(t("followUp.empty"));
    setBusy(true);
    setProblem(null);
    const body = {
      [line.object === "leads" ? "lead" : "customer"]: line.id,
      content: said,
      ...(result ? { outcome: result } : {}),
      ...(chosen ? { channel: chosen } : {}),
      occurred_at: new Date().toISOString(),
      ...(days === null
        ? {}
        : { next_contact_at: localTime().add(days, "day").hour(9).minute(0).second(0).toISOString() }),
    };
    try {
      await api.post<Row>("/interactions", body, { idempotencyKey: key.current, about: line.record.name });
      message.success(t("followUp.saved"));
      onDone();
      refreshDay(client);
    } catch (error) {
      if (isWaiting(error)) {
        message.error(error);
        return onDone();
      }
      setBusy(false);
      // Another body needs another key; the same one would be answered as a conflict.
      key.current = newIdempotencyKey();
      const first = error instanceof ApiError ? error.errors[0]?.message : null;
      setProblem(first ?? errorText(error));
    }
  }

  function onKeyDown(event: KeyboardEvent) {
    // The keys of the list do not reach what is typed here.
    event.stopPropagation();
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) void save();
    if (event.key === "Escape" && !content) onClose();
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: catches Ctrl-Enter from the controls inside
    <div className={styles.form} onKeyDown={onKeyDown}>
      <MentionPlaceProvider value={{ object: line.object, id: line.id }}>
        <MentionArea value={content} onChange={setContent}>
          {(area) => (
            <textarea
              {...area}
              className={styles.text}
              aria-label={t("followUp.content")}
              placeholder={t("followUp.placeholder")}
              rows={3}
              // biome-ignore lint/a11y/noAutofocus: the person has just asked to write here
              autoFocus
            />
          )}
        </MentionArea>
      </MentionPlaceProvider>
      <div className={styles.line}>
        <Chips
          label={t("followUp.outcome")}
          value={result}
          options={outcomes.map((choice) => ({ value: choice.value, label: choice.label }))}
          onPick={(value) => setOutcome(value === result ? null : value)}
        />
        <Chips
          label={t("followUp.channel")}
          value={chosen}
          options={[
            ...choices
              .filter((choice, index) => allChannels || index < FIRST_CHANNELS || choice.value === chosen)
              .map((choice) => ({ value: choice.value, label: choice.label })),
            ...(allChannels || choices.length <= FIRST_CHANNELS
              ? []
              : [{ value: MORE, label: t("followUp.more") }]),
          ]}
          onPick={(value) => (value === MORE ? setAllChannels(true) : setChannel(value))}
        />
        <Chips
          label={t("followUp.next")}
          value={days}
          options={[
            ...NEXT_DAYS.map((n) => ({ value: n, label: t(`followUp.in${n}`) })),
            { value: null, label: t("followUp.none") },
          ]}
          onPick={setDays}
        />
      </div>
      <div className={styles.foot}>
        <p className={styles.problem} role="alert">
          {problem}
        </p>
        <span className={styles.keys}>{MOD_KEY} Enter</span>
        <Button onClick={onClose}>{t("followUp.cancel")}</Button>
        <Button type="primary" loading={busy} onClick={() => void save()}>
          {t("followUp.save")}
        </Button>
      </div>
    </div>
  );
}
