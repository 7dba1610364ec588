import type { Scope } from "@/api/types";
import type { Catalogue, Grant } from "./queries";

/** The last part of a permission: customers.customer.view → view. */
export function verbOf(code: string): string {
  return code.split(".").at(-1) ?? code;
}

/** The columns of the matrix: every verb once, in the order the catalogue brings them. */
export function verbsOf(catalogue: Catalogue): { verb: string; label: string }[] {
  const verbs = new Map<string, string>();
  for (const group of catalogue.groups) {
    for (const permission of group.permissions) {
      const verb = verbOf(permission.code);
      if (!verbs.has(verb)) verbs.set(verb, permission.label);
    }
  }
  return [...verbs].map(([verb, label]) => ({ verb, label }));
}

/** Verbs most objects have are columns; the rest (freeze, merge …) are listed under their object. */
export function commonVerbs(catalogue: Catalogue): { verb: string; label: string }[] {
  const least = Math.max(1, catalogue.groups.length * 0.4);
  return verbsOf(catalogue).filter(
    ({ verb }) =>
      catalogue.groups.filter((group) => group.permissions.some((item) => verbOf(item.code) === verb))
        .length >= least,
  );
}

export function withGrant(
  grants: Grant[],
  permission: string,
  scope: Scope | null,
  departments?: string[],
): Grant[] {
  const known = grants.find((grant) => grant.permission === permission);
  const rest = grants.filter((grant) => grant.permission !== permission);
  if (scope === null) return rest;
  const kept = scope === "departments" ? (departments ?? known?.departments ?? []) : [];
  const next = { permission, scope, departments: kept };
  return known ? grants.map((grant) => (grant === known ? next : grant)) : [...rest, next];
}
