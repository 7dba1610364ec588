/** Saved views: written here, found in the description of their kind of record. */
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/api/client";
import type { ViewShare } from "@/api/types";
import type { ObjectMeta, ViewMeta } from "../model/meta";
import { type ViewShape, withoutView, withView } from "../model/saved-view";
import { keys } from "./keys";

export type ViewChange = Partial<ViewShape> & { name?: string; shared?: ViewShare | null };

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
      change: async (key: string, change: ViewChange): Promise<ViewMeta> => {
        const { data } = await api.patch<ViewMeta>(`/views/${key}`, change);
        put((views) => withView(views, data));
        return data;
      },
      remove: async (key: string): Promise<void> => {
        await api.delete(`/views/${key}`);
        put((views) => withoutView(views, key));
      },
    };
  }, [client, object]);
}
