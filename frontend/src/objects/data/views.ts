/** Saved views: written here, found in the description of their kind of record. */
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/api/client";
import type { ViewArrangement, ViewShare } from "@/api/types";
import type { ObjectMeta, ViewMeta } from "../model/meta";
import { type ViewShape, withoutView, withView } from "../model/saved-view";
import { keys } from "./keys";

export type ViewChange = Partial<ViewShape> & {
  name?: string;
  shared?: ViewShare | null;
  shared_change?: boolean;
};

export function useViewWrites(object: string) {
  const client = useQueryClient();
  return useMemo(() => {
    const put = (change: (views: ViewMeta[]) => ViewMeta[]) =>
      client.setQueryData<ObjectMeta>(
        keys.meta(object),
        (meta) => meta && { ...meta, views: change(meta.views) },
      );
    return {
      create: async (view: ViewChange): Promise<ViewMeta> => {
        const { data } = await api.post<ViewMeta>("/views", { object, ...view });
        put((views) => withView(views, data));
        return data;
      },
      /** `version`: as it was read; a view somebody else saved meanwhile is refused. */
      change: async (key: string, change: ViewChange, version?: number): Promise<ViewMeta> => {
        const headers = version === undefined ? {} : { headers: { "If-Match": `"${version}"` } };
        const { data } = await api.patch<ViewMeta>(`/views/${key}`, change, headers);
        put((views) => withView(views, data));
        return data;
      },
      /** Pins, their order and the view that opens the list; which one that is, the description says. */
      arrange: async (change: { pinned?: string[]; default?: string | null }): Promise<void> => {
        const { data } = await api.put<ViewArrangement>(`/views/arrangement/${object}`, change);
        client.setQueryData<ObjectMeta>(keys.meta(object), (meta) => meta && { ...meta, arrangement: data });
        if (change.default !== undefined) await client.invalidateQueries({ queryKey: keys.meta(object) });
      },
      reread: () => client.invalidateQueries({ queryKey: keys.meta(object) }),
      remove: async (key: string): Promise<void> => {
        await api.delete(`/views/${key}`);
        put((views) => withoutView(views, key));
      },
    };
  }, [client, object]);
}
