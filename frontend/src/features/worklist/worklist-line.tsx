import { useQueryClient } from "@tanstack/react-query";
import { Check, PhoneCall } from "lucide-react";
import { forwardRef, type KeyboardEvent, lazy, Suspense } from "react";
import { api, newIdempotencyKey } from "@/api/client";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Avatar } from "@/kit/avatar";
import { formatSmart } from "@/kit/date-time";
import { SkeletonLine } from "@/kit/skeleton";
import { useMessage } from "@/kit/use-message";
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
  /** Whose customer it is, where the list is of several people. */
  withOwner?: boolean;
  /** Another person's list is looked at: what is his stays his to put off. */
  readOnly?: boolean;
  tabIndex?: number;
  onKeyDown?: (event: KeyboardEvent<HTMLLIElement>) => void;
  onFocus?: () => void;
};

/** One customer, why he is on the list, and what can be done about it from here. */
export const WorklistLine = forwardRef<HTMLLIElement, WorklistLineProps>(function WorklistLine(props, ref) {
  const { line, doing, onDo, onDone, withOwner, readOnly, tabIndex, onKeyDown, onFocus } = props;
  const t = useT("worklist");
  const { customer, reasons } = line;
  const sub = [
    withOwner ? customer.owner?.label : null,
    customer.last_contact_at ? t("lastContact", { at: formatSmart(customer.last_contact_at) }) : t("never"),
  ].filter(Boolean);
  const toggle = (next: Doing) => onDo(doing?.kind === next.kind ? null : next);
  return (
    <li ref={ref} className={styles.item} tabIndex={tabIndex} onKeyDown={onKeyDown} onFocus={onFocus}>
      <div className={styles.row}>
        <Avatar name={customer.name} size={36} square />
        <div className={styles.words}>
          <span className={styles.title}>
            <AppLink path={`/customers/${customer.id}`}>{customer.name}</AppLink>
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
          {customer.phone && !customer.phone.includes("*") ? (
            <a
              href={`tel:${customer.phone}`}
              className={styles.call}
              aria-label={t("call", { phone: customer.phone })}
              title={t("call", { phone: customer.phone })}
            >
              <PhoneCall size={16} aria-hidden />
            </a>
          ) : null}
          <button
            type="button"
            className={styles.quick}
            data-primary="true"
            aria-expanded={doing?.kind === "note"}
            aria-label={t("writeFor", { name: customer.name })}
            onClick={() => toggle({ kind: "note", picked: null })}
          >
            {t("write")}
          </button>
          {readOnly ? null : (
            <>
              <button
                type="button"
                className={styles.quick}
                aria-expanded={doing?.kind === "postpone"}
                aria-label={t("postponeFor", { name: customer.name })}
                onClick={() => toggle({ kind: "postpone" })}
              >
                {t("postpone")}
              </button>
              <button
                type="button"
                className={styles.quick}
                aria-expanded={doing?.kind === "skip"}
                aria-label={t("skipFor", { name: customer.name })}
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
            <FollowUpForm item={customer} picked={doing.picked} onClose={() => onDo(null)} onDone={onDone} />
          ) : (
            <PauseForm item={customer} kind={doing.kind} onClose={() => onDo(null)} onDone={onDone} />
          )}
        </Suspense>
      ) : null}
    </li>
  );
});

/** Reasons that are a thing to be done can be ticked off where they stand. */
const DO: Record<string, { path: (id: string) => string; word: string }> = {
  task: { path: (id) => `/tasks/${id}/complete`, word: "tick.task" },
  promise: { path: (id) => `/promises/${id}/keep`, word: "tick.promise" },
  planned: { path: (id) => `/planned-contacts/${id}/do`, word: "tick.planned" },
};

function ReasonTag({ reason, readOnly }: { reason: Reason; readOnly: boolean }) {
  const t = useT("worklist");
  const client = useQueryClient();
  const message = useMessage();
  const todo = readOnly ? undefined : DO[reason.code];
  async function tick() {
    if (!todo) return;
    try {
      const { data } = await api.post<{ undo?: string }>(
        todo.path(reason.id),
        {},
        {
          idempotencyKey: newIdempotencyKey(),
        },
      );
      if (data.undo) message.undo(t(`${todo.word}_done`), data.undo, () => refreshDay(client));
      refreshDay(client);
    } catch (error) {
      message.error(error);
    }
  }
  const tone =
    reason.days_late > 0 || reason.code === "recycle" ? "bad" : reason.days_late === 0 ? "warn" : "calm";
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
