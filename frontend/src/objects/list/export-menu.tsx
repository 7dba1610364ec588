import { Button, Dropdown } from "antd";
import { Download } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { ApiError, api } from "@/api/client";
import type { Job } from "@/api/types";
import { useMessage } from "@/kit/use-message";
import { type ExportRequest, startExport } from "../data/jobs";
import { useFormat } from "../fields/use-format";

const JobDialog = lazy(async () => ({ default: (await import("./job-dialog")).JobDialog }));
const ExportPurpose = lazy(async () => ({ default: (await import("./export-purpose")).ExportPurpose }));

const ExportDoubt = lazy(async () => ({ default: (await import("./export-purpose")).ExportDoubt }));

type Format = ExportRequest["format"];
type Doubt = { why: string; format: Format; purpose: string };

/** The list as it is seen (filter, order, columns), as a file. */
export function ExportMenu({ request }: { request: Omit<ExportRequest, "format" | "purpose"> }) {
  const { t } = useFormat();
  const message = useMessage();
  const [job, setJob] = useState<Job | null>(null);
  const [doubt, setDoubt] = useState<Doubt | null>(null);
  const [asking, setAsking] = useState<Format | null>(null);
  const start = async (format: Format, purpose = "", confirmed = false) => {
    setAsking(null);
    setDoubt(null);
    try {
      setJob(await startExport({ ...request, format, purpose, confirmed }));
    } catch (error) {
      const errors = error instanceof ApiError ? error.errors : [];
      const why = errors.find((one) => one.field === "confirmed")?.message;
      // Where the company wants to know what for, the question comes after the click, not before every export.
      if (errors.some((one) => one.field === "purpose")) setAsking(format);
      else if (why) setDoubt({ why, format, purpose });
      else message.error(error);
    }
  };
  const items = [
    { key: "xlsx", label: t("export.xlsx"), onClick: () => void start("xlsx") },
    { key: "csv", label: t("export.csv"), onClick: () => void start("csv") },
    { key: "purpose", label: t("export.with_purpose"), onClick: () => setAsking("xlsx") },
  ];
  return (
    <>
      <Dropdown menu={{ items }} trigger={["click"]}>
        <Button icon={<Download size={15} aria-hidden />}>{t("export.button")}</Button>
      </Dropdown>
      {asking ? (
        <Suspense fallback={null}>
          <ExportPurpose
            onClose={() => setAsking(null)}
            onExport={(purpose) => void start(asking, purpose)}
          />
        </Suspense>
      ) : null}
      {doubt ? (
        <Suspense fallback={null}>
          <ExportDoubt
            why={doubt.why}
            onClose={() => setDoubt(null)}
            onExport={() => void start(doubt.format, doubt.purpose, true)}
          />
        </Suspense>
      ) : null}
      {job ? (
        <Suspense fallback={null}>
          <JobDialog
            job={job}
            title={t("export.title")}
            onClose={() => setJob(null)}
            result={(done) => <ExportFile job={done} />}
          />
        </Suspense>
      ) : null}
    </>
  );
}

function ExportFile({ job }: { job: Job }) {
  const { t } = useFormat();
  const file = job.result?.file;
  if (typeof file !== "string") return null;
  return (
    <Button type="primary" href={api.fileUrl(file)} download icon={<Download size={15} aria-hidden />}>
      {t("export.download")}
    </Button>
  );
}
