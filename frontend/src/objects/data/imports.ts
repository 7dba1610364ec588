import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { ImportRun, Job, Page } from "@/api/types";
import { keys } from "./keys";

const BUSY: ImportRun["state"][] = ["checking", "committing"];

export function useImportRun(id: string | null) {
  return useQuery<ImportRun>({
    queryKey: keys.importRun(id ?? ""),
    enabled: id !== null,
    // Work that was left and come back to is followed by its state when its job is no longer known here.
    refetchInterval: (query) => (query.state.data && BUSY.includes(query.state.data.state) ? 1_500 : false),
    queryFn: async ({ signal }) => (await api.get<ImportRun>(`/imports/${id}`, { signal })).data,
  });
}

export function useImportHistory(object: string) {
  return useQuery({
    queryKey: keys.imports(object),
    queryFn: async ({ signal }) =>
      (await api.get<Page<ImportRun>>("/imports", { query: { object }, signal })).data.items,
  });
}

export type MappingChange = {
  sheet?: string;
  header_row?: number;
  mapping?: Record<string, string | null>;
  mode?: ImportRun["mode"];
  key?: string | null;
};

/** The run as it will be: what a person chose, without what only the server can tell of it. */
export function withChange(run: ImportRun, { mapping = {}, ...plain }: MappingChange): ImportRun {
  const columns = run.columns.map((column) => {
    const field = mapping[column.index];
    return field === undefined ? column : { ...column, field };
  });
  return { ...run, ...plain, columns };
}

export function useImportWrites() {
  const client = useQueryClient();
  const put = (run: ImportRun) => client.setQueryData(keys.importRun(run.id), run);
  return {
    begin: async (object: string, file: File): Promise<ImportRun> => {
      const uploaded = await api.upload(file);
      const { data } = await api.post<ImportRun>("/imports", { file: uploaded.data.id, object });
      put(data);
      void client.invalidateQueries({ queryKey: keys.imports(object) });
      return data;
    },
    /** The choice stands at once; refused, it falls back to what the server has. */
    change: async (id: string, change: MappingChange): Promise<void> => {
      const before = client.getQueryData<ImportRun>(keys.importRun(id));
      if (before) put(withChange(before, change));
      try {
        put((await api.patch<ImportRun>(`/imports/${id}`, change)).data);
      } catch (error) {
        if (before) put(before);
        throw error;
      }
    },
    start: async (id: string, step: "check" | "commit" | "undo"): Promise<Job> => {
      const { data } = await api.post<Job>(`/imports/${id}/${step}`, {});
      return data;
    },
    refresh: async (run: ImportRun): Promise<void> => {
      await client.invalidateQueries({ queryKey: keys.importRun(run.id) });
      void client.invalidateQueries({ queryKey: keys.imports(run.object) });
      void client.invalidateQueries({ queryKey: keys.all(run.object) });
    },
  };
}
