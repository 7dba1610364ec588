import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Definition, FieldsOf, KindOfRecord } from "./definition";

const ROOT = ["admin", "custom"] as const;

export const kindsQuery = queryOptions({
  queryKey: [...ROOT, "kinds"],
  queryFn: async ({ signal }) =>
    (await api.get<{ items: KindOfRecord[] }>("/admin/fields", { signal })).data.items,
});

export function fieldsQuery(object: string) {
  return queryOptions({
    queryKey: [...ROOT, "fields", object],
    queryFn: async ({ signal }) => (await api.get<FieldsOf>(`/admin/fields/${object}`, { signal })).data,
    // An index is built, and records are made findable, behind the page.
    refetchInterval: (query) => (query.state.data?.items.some(isMoving) ? 2_000 : false),
  });
}

function isMoving(definition: Definition): boolean {
  const states = [definition.index?.state, definition.search?.state];
  return states.includes("building") || states.includes("dropping");
}

export function pathOf(definition: Pick<Definition, "object" | "key">): string {
  return `/admin/fields/${definition.object}/${encodeURIComponent(definition.key)}`;
}

export function ifVersion(version: number): { headers: { "If-Match": string } } {
  return { headers: { "If-Match": `"${version}"` } };
}

/** After any change: the page, and what every list and form knows of this kind of record. */
export function useRefresh(object: string): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    void client.invalidateQueries({ queryKey: ["meta", object] });
    void client.invalidateQueries({ queryKey: ["admin", "versions"] });
    await client.invalidateQueries({ queryKey: ROOT });
  };
}
