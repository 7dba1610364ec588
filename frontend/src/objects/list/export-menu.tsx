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

type Format = ExportRequest["format"];

/** The list as it is seen (filter, order, columns), as a file. */
export function ExportMenu({ request }: { request: Omit<ExportRequest, "format" | "purpose"> }) {
  const { t } = useFormat();
  const message = useMessage();
  const [job, setJob] = useState<Job | null>(null);
  const [asking, setAsking] = useState<Format | null>(null);
  const start = async (format: Format, purpose = "") => {
    setAsking(null);
    try {
      setJob(await startExport({ ...request, format, purpose }));
    } catch (error) {
      // Where the company wants to know what for, the question comes after the click, not before every export.
      if (error instanceof ApiError && error.errors.some((one) => one.field === "purpose")) setAsking(format);
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
