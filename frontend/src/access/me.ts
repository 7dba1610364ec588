import { queryOptions, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Me, Scope } from "@/api/types";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async ({ signal }) => (await api.get<Me>("/me", { signal })).data,
  staleTime: 5 * 60_000,
  retry: false,
});

export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

export function useSetMe(): (me: Me) => void {
  const client = useQueryClient();
  return (me) => client.setQueryData(meQuery.queryKey, me);
}

/** Whether the person has a permission at all; for which records is the server's to say. */
export function hasPermission(me: Pick<Me, "permissions">, permission: string): boolean {
  return me.permissions[permission] !== undefined;
}

export function useCan(): (permission: string) => boolean {
  const me = useMe();
  return (permission) => hasPermission(me, permission);
}

export function scopeOf(me: Pick<Me, "permissions">, permission: string): Scope | null {
  const scope = me.permissions[permission];
  if (scope === undefined) return null;
  return scope === true ? "all" : scope;
}
