import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { ImportRun } from "@/api/types";
import { PageHeader } from "@/kit/page-header";
import { SkeletonPage } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { useImportRun } from "../data/imports";
import { useMeta } from "../data/meta";
import { useFormat } from "../fields/use-format";
import type { ObjectMeta } from "../model/meta";
import { CheckStep, WorkingStep } from "./check-step";
import styles from "./import.module.css";
import { ImportHistory } from "./import-history";
import { MappingStep } from "./mapping-step";
import { ResultStep } from "./result-step";
import { UploadStep } from "./upload-step";
import { useRunWork } from "./use-run-work";

const STEPS = ["upload", "mapping", "check", "result"] as const;
type Step = (typeof STEPS)[number];

const STEP_OF: Record<ImportRun["state"], Step> = {
  mapping: "mapping",
  checking: "check",
  checked: "check",
  committing: "check",
  done: "result",
  failed: "result",
  undone: "result",
};

/** The run stands in the address: a long import can be left, reloaded, or sent to a colleague. */
export function ImportPage({ object }: { object: string }) {
  const { t } = useFormat();
  const navigate = useNavigate();
  const { run: id } = useSearch({ strict: false }) as { run?: string };
  const { data: meta, error, refetch } = useMeta(object);
  const go = (run: string | null) => void navigate({ to: ".", search: (run ? { run } : {}) as never });
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!meta) return <SkeletonPage />;
  return (
    <div className={styles.page}>
      <PageHeader
        title={t("import.title", { label: meta.label_plural })}
        lead={<Link to={`/${object}` as string}>{t("import.back", { label: meta.label_plural })}</Link>}
      />
      {id ? (
        <Run meta={meta} id={id} onAgain={() => go(null)} />
      ) : (
        <>
          <StepList step="upload" />
          <UploadStep meta={meta} onBegun={(run) => go(run.id)} />
          <ImportHistory object={object} onPick={go} />
        </>
      )}
    </div>
  );
}

function Run({ meta, id, onAgain }: { meta: ObjectMeta; id: string; onAgain: () => void }) {
  const { data: run, error, refetch } = useImportRun(id);
  if (error && !run) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!run) return <SkeletonPage />;
  return <RunSteps meta={meta} run={run} onAgain={onAgain} />;
}

function RunSteps({ meta, run, onAgain }: { meta: ObjectMeta; run: ImportRun; onAgain: () => void }) {
  const work = useRunWork(run);
  const [remapping, setRemapping] = useState(false);
  const step = work.working ? "check" : remapping ? "mapping" : STEP_OF[run.state];
  return (
    <>
      <StepList step={step} />
      {work.working ? <WorkingStep work={work} /> : null}
      {!work.working && step === "mapping" ? (
        <MappingStep
          meta={meta}
          run={run}
          onAgain={onAgain}
          onCheck={() => {
            setRemapping(false);
            void work.start("check");
          }}
        />
      ) : null}
      {!work.working && step === "check" ? (
        <CheckStep run={run} onCommit={() => void work.start("commit")} onBack={() => setRemapping(true)} />
      ) : null}
      {step === "result" ? (
        <ResultStep meta={meta} run={run} onAgain={onAgain} onGoOn={() => void work.start("commit")} />
      ) : null}
    </>
  );
}

function StepList({ step }: { step: Step }) {
  const { t } = useFormat();
  const now = STEPS.indexOf(step);
  return (
    <ol className={styles.steps}>
      {STEPS.map((one, index) => (
        <li key={one} aria-current={one === step ? "step" : undefined} data-done={index < now}>
          <span>{index + 1}</span>
          {t(`import.step_${one}`)}
        </li>
      ))}
    </ol>
  );
}
