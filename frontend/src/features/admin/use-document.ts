import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, api } from "@/api/client";
import { useT } from "@/i18n/index";
import { useMessage } from "@/kit/use-message";
import { versionsKey } from "./versions-key";

type Loaded<T> = { data: T; etag: string | null };

export type DocumentState<T> = {
  value: T | undefined;
  dirty: boolean;
  saving: boolean;
  error: unknown;
  change: (next: T) => void;
  discard: () => void;
  save: () => Promise<void>;
  reload: () => void;
};

/**
 * Something that is read whole, edited and put back whole (a role's grants, a dictionary). The version read is the
 * version written on: when someone else was faster, nothing is overwritten and the person is told.
 */
export function useDocument<T>(
  path: string,
  body: (value: T) => unknown = (value) => value,
): DocumentState<T> {
  const t = useT("admin");
  const client = useQueryClient();
  const message = useMessage();
  const key = ["document", path];
  const [draft, setDraft] = useState<T | null>(null);
  const [saving, setSaving] = useState(false);
  const read = async ({ signal }: { signal: AbortSignal }): Promise<Loaded<T>> => {
    const { data, headers } = await api.get<T>(path, { signal });
    return { data, etag: headers.get("ETag") };
  };
  const loaded = useQuery({
    queryKey: key,
    queryFn: read,
    // While something is being edited the version below it must stay what it was.
    enabled: draft === null,
  });

  async function save() {
    if (draft === null) return;
    setSaving(true);
    try {
      const etag = loaded.data?.etag;
      await api.put(path, body(draft), etag ? { headers: { "If-Match": etag } } : {});
      message.success(t("saved"));
      // Asked for in so many words: a query that is switched off while something is edited is not read again by itself.
      await client.fetchQuery({ queryKey: key, queryFn: read, staleTime: 0 });
      void client.invalidateQueries({ queryKey: versionsKey(path) });
      setDraft(null);
    } catch (error) {
      const stale = error instanceof ApiError && (error.status === 412 || error.status === 409);
      message.error(stale ? t("stale") : error);
    }
    setSaving(false);
  }

  return {
    value: draft ?? loaded.data?.data,
    dirty: draft !== null,
    saving,
    error: loaded.error,
    change: setDraft,
    discard: () => setDraft(null),
    save,
    reload: () => void loaded.refetch(),
  };
}
