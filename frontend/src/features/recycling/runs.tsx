import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { lazy, Suspense, useState } from "react";
import { api } from "@/api/client";
import type { Job } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { ConfirmButton } from "@/kit/confirm-button";
import { DateTime } from "@/kit/date-time";
import { SimpleTable } from "@/kit/simple-table";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { StateTag } from "@/kit/tag";
import { useMessage } from "@/kit/use-message";
import { type Run, runsQuery } from "./queries";
import styles from "./recycling.module.css";

const JobDialog = lazy(async () => ({ default: (await import("@/objects/list/job-dialog")).JobDialog }));
const TONES = {
  running: "neutral",
  done: "good",
  stopped: "bad",
  dismissed: "neutral",
  failed: "bad",
} as const;

/** The latest runs; one that stopped waits for a decision. */
export function Runs() {
  const t = useT("recycling");
  const runs = useQuery(runsQuery);
  const { approve, dismiss, dialog } = useDecision();
  if (runs.isPending) return <SkeletonRows rows={4} />;
  if (runs.isError) return <ErrorState error={runs.error} onRetry={() => void runs.refetch()} />;
  const why = (run: Run) => {
    if (run.stopped_by === "clock") return t("stoppedClock");
    if (run.stopped_by === "share")
      return t("stoppedShare", { due: run.due, owned: run.owned, allowed: run.facts.allowed ?? 0 });
    return "";
  };
  return (
    <Card title={t("runs")} flush>
      {runs.data.length === 0 ? <EmptyState title={t("noRuns")} text={t("noRunsText")} compact /> : null}
      {runs.data.length > 0 ? (
        <SimpleTable
          label={t("runs")}
          rows={runs.data}
          rowKey={(run) => run.id}
          below={(run) =>
            run.state === "stopped" ? (
              <div className={styles.decide}>
                <p>{why(run)}</p>
                <ConfirmButton type="primary" onConfirm={() => approve(run)} question={t("approveSure")}>
                  {run.stopped_by === "clock" ? t("approveClock") : t("approve", { count: run.due })}
                </ConfirmButton>
                <Button onClick={() => void dismiss(run)}>{t("dismiss")}</Button>
              </div>
            ) : null
          }
          columns={[
            { key: "at", title: t("at"), cell: (run) => <DateTime value={run.started_at} /> },
            { key: "what", title: t("what"), cell: (run) => run.label },
            { key: "who", title: t("who"), cell: (run) => run.actor ?? t(run.kind) },
            {
              key: "state",
              title: t("state"),
              cell: (run) => <StateTag tone={TONES[run.state]}>{t(`states.${run.state}`)}</StateTag>,
            },
            {
              key: "due",
              title: t("due"),
              align: "end",
              cell: (run) => <span className="km-num">{run.due}</span>,
            },
            {
              key: "recycled",
              title: t("recycled"),
              align: "end",
              cell: (run) =>
                run.operation ? (
                  <AppLink path="/operations">{t("undoable", { count: run.recycled })}</AppLink>
                ) : (
                  <span className="km-num">{run.recycled}</span>
                ),
            },
            { key: "decided", title: t("decidedBy"), cell: (run) => run.decided_by ?? "–", phone: "hide" },
          ]}
        />
      ) : null}
      {dialog}
    </Card>
  );
}

function useDecision() {
  const t = useT("recycling");
  const client = useQueryClient();
  const message = useMessage();
  const [job, setJob] = useState<Job | null>(null);
  const settle = () => client.invalidateQueries({ queryKey: ["recycling"] });
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      message.error(error);
    }
    await settle();
  };
  return {
    approve: (run: Run) =>
      attempt(async () => setJob((await api.post<Job>(`/recycling/runs/${run.id}/approve`, {})).data)),
    dismiss: (run: Run) =>
      attempt(async () => void (await api.post(`/recycling/runs/${run.id}/dismiss`, {}))),
    dialog: job ? (
      <Suspense fallback={null}>
        <JobDialog job={job} title={t("run")} onFinished={() => void settle()} onClose={() => setJob(null)} />
      </Suspense>
    ) : null,
  };
}
