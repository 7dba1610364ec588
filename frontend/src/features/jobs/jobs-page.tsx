import { useQuery } from "@tanstack/react-query";
import { ListTodo } from "lucide-react";
import { api } from "@/api/client";
import type { Job } from "@/api/types";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { JobRow } from "./job-row";
import styles from "./jobs.module.css";

const RUNNING = new Set(["waiting", "running"]);

export function JobsPage() {
  const t = useT("jobs");
  const jobs = useQuery({
    queryKey: ["jobs"],
    queryFn: async ({ signal }) => (await api.get<{ items: Job[] }>("/jobs", { signal })).data.items,
    refetchInterval: (query) => (query.state.data?.some((job) => RUNNING.has(job.state)) ? 2000 : false),
  });
  return (
    <div className={styles.page}>
      <PageHeader title={t("title")} sub={t("sub")} />
      {jobs.isPending ? <SkeletonRows rows={5} /> : null}
      {jobs.isError ? <ErrorState error={jobs.error} onRetry={() => void jobs.refetch()} /> : null}
      {jobs.data ? (
        <Card flush>
          {jobs.data.length === 0 ? (
            <EmptyState icon={ListTodo} title={t("empty")} text={t("emptyText")} />
          ) : (
            <ul>
              {jobs.data.map((job) => (
                <JobRow key={job.id} job={job} />
              ))}
            </ul>
          )}
        </Card>
      ) : null}
    </div>
  );
}
