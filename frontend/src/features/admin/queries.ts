import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Locale, Ref, Row, Scope } from "@/api/types";

export type Catalogue = {
  groups: {
    object: string;
    label: string;
    permissions: { code: string; label: string; scopes: Scope[] }[];
  }[];
  fields: { object: string; label: string; fields: { name: string; label: string }[] }[];
};
export type Grant = { permission: string; scope: Scope; departments: string[] };
export type FieldAccess = "hidden" | "masked" | "read_only" | "editable";
export type FieldRule = { object: string; field: string; access: FieldAccess };
export type Grants = { grants: Grant[]; field_rules: FieldRule[] };

export const catalogueQuery = queryOptions({
  queryKey: ["admin", "permissions"],
  queryFn: async ({ signal }) => (await api.get<Catalogue>("/admin/permissions", { signal })).data,
  staleTime: 5 * 60_000,
});

/** All records of a kind an administrator has only dozens of (roles, departments, teams, dictionaries). */
export function allOf(object: string, fields = "") {
  return queryOptions({
    queryKey: ["admin", "all", object],
    queryFn: async ({ signal }) => {
      const rows: Row[] = [];
      let cursor: string | null = null;
      do {
        const page: { items: Row[]; next_cursor: string | null } = (
          await api.get<{ items: Row[]; next_cursor: string | null }>(`/${object}`, {
            query: { limit: 100, cursor, ...(fields ? { fields } : {}) },
            signal,
          })
        ).data;
        rows.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor && rows.length < 2000);
      return rows;
    },
  });
}

export function textOf(value: Row[string]): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (value && typeof value === "object" && "label" in value && typeof value.label === "string")
    return value.label;
  return "";
}

/** What an administrator has named, in the reader's language where it has a name in it. */
export function nameOf(row: Row, locale: Locale): string {
  return (locale === "en" && textOf(row.name_en)) || textOf(row.name);
}

export function refOf(value: Row[string]): Ref | null {
  if (value && typeof value === "object" && "id" in value && typeof value.id === "string") {
    return { id: value.id, label: textOf(value) };
  }
  return null;
}
