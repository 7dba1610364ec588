import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { ImportRun } from "@/api/types";
import { PageHeader } from "@/kit/page-header";
import { ErrorState } from "@/kit/states";
import { SkeletonPage } from "@/kit/skeleton";
import { useImportRun } from "../data/imports";
import { useMeta } from "../data/meta";
import { useFormat } from "../fields/use-format";
import type { ObjectMeta } from "../model/meta";
import { CheckStep } from "./check-step";
import { ImportHistory } from "./import-history";
import styles from "./import.module.css";
import { MappingStep } from "./mapping-step";
import { ResultStep } from "./result-step";
import { UploadStep } from "./upload-step";

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
  const step = STEP_OF[run.state] ?? "mapping";
  return (
    <>
      <StepList step={step} />
      {step === "mapping" ? <MappingStep meta={meta} run={run} onAgain={onAgain} /> : null}
      {step === "check" ? <CheckStep run={run} /> : null}
      {step === "result" ? <ResultStep meta={meta} run={run} onAgain={onAgain} /> : null}
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
