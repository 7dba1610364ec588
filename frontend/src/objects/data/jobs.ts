/** Long work of the server: started here, watched here, and left running when nobody watches. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Job, JobFailure } from "@/api/types";
import type { Filter } from "../model/filter";
import { keys } from "./keys";

export type Target = { ids: string[] } | { filter: Filter | null; q: string; view: string | null };

export function isFinished(job: Job): boolean {
  return job.state === "done" || job.state === "failed" || job.state === "cancelled";
}

export async function startBulk(
  object: string,
  target: Target,
  action: string,
  params: Record<string, unknown>,
): Promise<Job> {
  const chosen =
    "ids" in target
      ? { ids: target.ids }
      : {
          filter: target.filter,
          ...(target.q ? { q: target.q } : {}),
          ...(target.view ? { view: target.view } : {}),
        };
  const { data } = await api.post<Job>(`/${object}/bulk`, { ...chosen, action, params });
  return data;
}

export type ExportRequest = {
  object: string;
  filter: Filter | null;
  q: string;
  view: string | null;
  sort: string | null;
  fields: string[];
  format: "xlsx" | "csv";
  purpose: string;
  /** Also with persons who have not agreed to it, where the company leaves that to whoever exports. */
  confirmed?: boolean;
};

export async function startExport(request: ExportRequest): Promise<Job> {
  const { data } = await api.post<Job>("/exports", request);
  return data;
}

/** Asked often at first and seldom later: most jobs end within two seconds, the long ones take minutes. */
function pause(job: Job | undefined): number | false {
  if (!job) return 500;
  if (isFinished(job)) return false;
  const age = Date.now() - Date.parse(job.created_at);
  return age < 10_000 ? 600 : 2_000;
}

export function useJob(id: string | null, first?: Job) {
  return useQuery({
    queryKey: keys.job(id ?? ""),
    enabled: id !== null,
    ...(first ? { initialData: first } : {}),
    staleTime: 0,
    refetchInterval: (query) => pause(query.state.data),
    queryFn: async ({ signal }) => {
      const { data } = await api.get<Job>(`/jobs/${id}`, { signal });
      return data;
    },
  });
}

export function useJobActions() {
  const client = useQueryClient();
  return {
    cancel: async (id: string) => {
      await api.post(`/jobs/${id}/cancel`, {});
      await client.invalidateQueries({ queryKey: keys.job(id) });
    },
  };
}

export type ToldFailure = { key: string; label: string | null; count: number; message: string };

/** Failures as they are told: one by one by name; of records out of the person's sight only how many, for each reason. */
export function toldFailures(failures: JobFailure[]): ToldFailure[] {
  const named = failures.filter((one) => one.label);
  const reasons = new Map<string, number>();
  for (const one of failures.filter((failure) => !failure.label)) {
    reasons.set(one.message, (reasons.get(one.message) ?? 0) + 1);
  }
  return [
    ...named.map((one) => ({
      key: `${one.id}${one.code}`,
      label: one.label,
      count: 1,
      message: one.message,
    })),
    ...[...reasons].map(([message, count]) => ({ key: message, label: null, count, message })),
  ];
}
