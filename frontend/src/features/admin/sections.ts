import type { Me } from "@/api/types";

export type AdminSection = { key: string; path: string; icon: string; nouns: string[] };

/** A section shows when the person has any permission on one of its nouns (`<domain>.<noun>.<verb>`). */
export const SECTIONS: AdminSection[] = [
  { key: "users", path: "/admin/users", icon: "users", nouns: ["user"] },
  { key: "departments", path: "/admin/departments", icon: "departments", nouns: ["department"] },
  { key: "roles", path: "/admin/roles", icon: "roles", nouns: ["role"] },
  { key: "teams", path: "/admin/teams", icon: "teams", nouns: ["team"] },
  { key: "dictionaries", path: "/admin/dictionaries", icon: "knowledge", nouns: ["dictionary"] },
  { key: "parameters", path: "/admin/parameters", icon: "settings", nouns: ["parameter"] },
  { key: "audit", path: "/admin/audit", icon: "approvals", nouns: ["audit", "audit_log", "audit_entry"] },
];

export function sectionsFor(me: Pick<Me, "permissions">): AdminSection[] {
  const nouns = new Set(Object.keys(me.permissions).map((code) => code.split(".").at(-2)));
  return SECTIONS.filter((section) => section.nouns.some((noun) => nouns.has(noun)));
}
