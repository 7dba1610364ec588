import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { queryClient } from "@/api/query-client";
import type { Job } from "@/api/types";
import { useT } from "@/i18n/index";
import { NativeDialog } from "./native-dialog";
import { useErrorText } from "./states";
import { type Pending, questionOf, setPending, takeBack } from "./take-back";
import styles from "./take-back-dialog.module.css";
import { useGo } from "./use-go";

const ENDED = new Set(["done", "failed", "cancelled"]);
const SHOWN = 20;

/** What was changed since and stays, and the way to take back the rest; then the work under way and how it ended. */
export function TakeBackDialog({ pending }: { pending: Pending }) {
  const t = useT();
  const close = () => setPending(null);
  return (
    <NativeDialog label={t("takeBack.title")} className={styles.dialog} onClose={close}>
      <h2 className={styles.title}>{t("takeBack.title")}</h2>
      {pending.job ? <Progress pending={pending} job={pending.job} /> : <Question pending={pending} />}
    </NativeDialog>
  );
}

function Question({ pending }: { pending: Pending }) {
  const t = useT();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const { changed } = pending;
  if (!changed) return null;
  async function rest() {
    setBusy(true);
    try {
      await takeBack(pending.token, {
        rest: true,
        ...(pending.onUndone ? { onUndone: pending.onUndone } : {}),
      });
    } catch (error) {
      setProblem(errorText(error));
      setBusy(false);
    }
  }
  const more = changed.kept - Math.min(changed.changed.length, SHOWN);
  return (
    <>
      <p>{pending.detail}</p>
      <ul className={styles.list}>
        {changed.changed.slice(0, SHOWN).map((one) => (
          <li key={one.record}>{one.message}</li>
        ))}
        {more > 0 ? <li className={styles.muted}>{t("takeBack.more", { count: more })}</li> : null}
      </ul>
      {problem ? (
        <p role="alert" className={styles.bad}>
          {problem}
        </p>
      ) : null}
      <div className={styles.buttons}>
        <Button onClick={() => setPending(null)}>{t("takeBack.leave")}</Button>
        {changed.rest > 0 ? (
          <Button type="primary" loading={busy} onClick={() => void rest()}>
            {t("takeBack.rest", { count: changed.rest })}
          </Button>
        ) : null}
      </div>
    </>
  );
}

function Progress({ pending, job: first }: { pending: Pending; job: Job }) {
  const t = useT();
  const go = useGo();
  const { data: job = first } = useQuery({
    queryKey: ["take-back", first.id],
    queryFn: async ({ signal }) => (await api.get<Job>(`/jobs/${first.id}`, { signal })).data,
    initialData: first,
    staleTime: 0,
    refetchInterval: (query) => (query.state.data && ENDED.has(query.state.data.state) ? false : 700),
  });
  const ended = ENDED.has(job.state);
  const { onUndone } = pending;
  useEffect(() => {
    if (!ended) return;
    const question = questionOf(job);
    if (question) {
      setPending({ ...question, onUndone });
      return;
    }
    onUndone?.();
    void queryClient.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "take-back" });
  }, [ended, job, onUndone]);
  return (
    <>
      <div aria-live="polite">
        {ended ? (
          <p>{t("takeBack.done", { count: job.succeeded, kept: job.failed })}</p>
        ) : (
          <>
            <p>
              {t(job.result?.looking ? "takeBack.looking" : "takeBack.running", {
                done: job.done,
                total: job.total ?? "…",
              })}
            </p>
            <progress className={styles.progress} max={job.total ?? undefined} value={job.done} />
          </>
        )}
      </div>
      {ended && job.failures.length > 0 ? (
        <ul className={styles.list}>
          {job.failures.slice(0, SHOWN).map((one) => (
            <li key={`${one.id}${one.code}`}>{one.message}</li>
          ))}
        </ul>
      ) : null}
      <div className={styles.buttons}>
        <Button
          onClick={() => {
            setPending(null);
            go("/operations");
          }}
        >
          {t("takeBack.log")}
        </Button>
        <Button type="primary" onClick={() => setPending(null)}>
          {ended ? t("close") : t("takeBack.background")}
        </Button>
      </div>
    </>
  );
}
