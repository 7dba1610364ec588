import { useQueryClient } from "@tanstack/react-query";
import { Check, PhoneCall } from "lucide-react";
import { forwardRef, type KeyboardEvent, lazy, Suspense } from "react";
import { api, newIdempotencyKey } from "@/api/client";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Avatar } from "@/kit/avatar";
import { formatSmart } from "@/kit/date-time";
import { SkeletonLine } from "@/kit/skeleton";
import { StateTag } from "@/kit/tag";
import { useMessage } from "@/kit/use-message";
import { ConvertButton } from "./convert-button";
import { type Line, type Reason, refreshDay } from "./queries";
import styles from "./worklist.module.css";

const FollowUpForm = lazy(() => import("./follow-up-form").then((m) => ({ default: m.FollowUpForm })));
const PauseForm = lazy(() => import("./pause-form").then((m) => ({ default: m.PauseForm })));

export type Doing = { kind: "note"; picked: number | null } | { kind: "postpone" | "skip" };

type WorklistLineProps = {
  line: Line;
  doing: Doing | null;
  onDo: (doing: Doing | null) => void;
  onDone: () => void;
  /** Whose it is, where the list is of several people. */
  withOwner?: boolean;
  /** Another person's list is looked at: what is his stays his to put off. */
  readOnly?: boolean;
  tabIndex?: number;
  onKeyDown?: (event: KeyboardEvent<HTMLLIElement>) => void;
  onFocus?: () => void;
};

/** One customer or lead, why it is on the list, and what can be done about it from here. */
export const WorklistLine = forwardRef<HTMLLIElement, WorklistLineProps>(function WorklistLine(props, ref) {
  const { line, doing, onDo, onDone, withOwner, readOnly, tabIndex, onKeyDown, onFocus } = props;
  const t = useT("worklist");
  const { record, reasons } = line;
  const last = record.last_contact_at ?? record.last_activity_at;
  const sub = [
    record.person,
    withOwner ? record.owner?.label : null,
    last ? t("lastContact", { at: formatSmart(last) }) : t("never"),
  ].filter(Boolean);
  const toggle = (next: Doing) => onDo(doing?.kind === next.kind ? null : next);
  return (
    <li ref={ref} className={styles.item} tabIndex={tabIndex} onKeyDown={onKeyDown} onFocus={onFocus}>
      <div className={styles.row}>
        <Avatar name={record.name} size={36} square />
        <div className={styles.words}>
          <span className={styles.title}>
            <AppLink path={`/${line.object}/${line.id}`}>{record.name}</AppLink>
            {line.object === "leads" ? <StateTag>{t("lead")}</StateTag> : null}
            <small>{sub.join(" · ")}</small>
          </span>
          <ul className={styles.reasons} aria-label={t("why")}>
            {reasons.slice(0, 3).map((reason) => (
              <ReasonTag key={`${reason.code}${reason.id}`} reason={reason} readOnly={readOnly === true} />
            ))}
            {reasons.length > 3 ? <li>{t("more", { count: reasons.length - 3 })}</li> : null}
          </ul>
        </div>
        <div className={styles.acts}>
          {record.phone && !record.phone.includes("*") ? (
            <a
              href={`tel:${record.phone}`}
              className={styles.call}
              aria-label={t("call", { phone: record.phone })}
              title={t("call", { phone: record.phone })}
            >
              <PhoneCall size={16} aria-hidden />
            </a>
          ) : null}
          <button
            type="button"
            className={styles.quick}
            data-primary="true"
            aria-expanded={doing?.kind === "note"}
            aria-label={t("writeFor", { name: record.name })}
            onClick={() => toggle({ kind: "note", picked: null })}
          >
            {t("write")}
          </button>
          {readOnly ? null : (
            <>
              {line.object === "leads" ? (
                <ConvertButton id={line.id} name={record.name} onDone={onDone} />
              ) : null}
              <button
                type="button"
                className={styles.quick}
                aria-expanded={doing?.kind === "postpone"}
                aria-label={t("postponeFor", { name: record.name })}
                onClick={() => toggle({ kind: "postpone" })}
              >
                {t("postpone")}
              </button>
              <button
                type="button"
                className={styles.quick}
                aria-expanded={doing?.kind === "skip"}
                aria-label={t("skipFor", { name: record.name })}
                onClick={() => toggle({ kind: "skip" })}
              >
                {t("skip")}
              </button>
            </>
          )}
        </div>
      </div>
      {doing ? (
        <Suspense fallback={<SkeletonLine height={96} />}>
          {doing.kind === "note" ? (
            <FollowUpForm line={line} picked={doing.picked} onClose={() => onDo(null)} onDone={onDone} />
          ) : (
            <PauseForm line={line} kind={doing.kind} onClose={() => onDo(null)} onDone={onDone} />
          )}
        </Suspense>
      ) : null}
    </li>
  );
});

/** What one is about to lose is red before its day. */
const URGENT = new Set(["recycle", "lead_recycle", "lead_late"]);

/** Reasons that are a thing to be done can be ticked off where they stand. */
const DO: Record<string, { path: (id: string) => string; word: string }> = {
  tasks: { path: (id) => `/tasks/${id}/complete`, word: "tick.task" },
  promises: { path: (id) => `/promises/${id}/keep`, word: "tick.promise" },
  "planned-contacts": { path: (id) => `/planned-contacts/${id}/do`, word: "tick.planned" },
};

function ReasonTag({ reason, readOnly }: { reason: Reason; readOnly: boolean }) {
  const t = useT("worklist");
  const client = useQueryClient();
  const message = useMessage();
  const todo = readOnly ? undefined : DO[reason.object];
  async function tick() {
    if (!todo) return;
    try {
      const { data } = await api.post<{ undo?: string }>(
        todo.path(reason.id),
        {},
        {
          idempotencyKey: newIdempotencyKey(),
          about: reason.text,
        },
      );
      if (data.undo) message.undo(t(`${todo.word}_done`), data.undo, () => refreshDay(client));
      refreshDay(client);
    } catch (error) {
      message.error(error);
    }
  }
  const tone =
    reason.days_late > 0 || URGENT.has(reason.code) ? "bad" : reason.days_late === 0 ? "warn" : "calm";
  return (
    <li data-tone={tone} title={reason.label}>
      <span>{reason.text}</span>
      {todo ? (
        <button type="button" aria-label={t(todo.word)} title={t(todo.word)} onClick={() => void tick()}>
          <Check size={13} strokeWidth={2.5} aria-hidden />
        </button>
      ) : null}
    </li>
  );
}
