/** How the screens of a kind of record are laid out, and what lies below a layout that leaves a part open. */
import type { Ref } from "@/api/types";

export type LayoutSection = { key: string; label_zh: string; label_en: string; fields: string[] };
export type Layout = {
  quick: string[] | null;
  sections: LayoutSection[] | null;
  facts: string[] | null;
  columns: string[] | null;
};
export type Part = keyof Layout;
export type LayoutItem = { role: Ref | null; layout: Layout; version: number };
export type LayoutField = {
  name: string;
  label: string;
  type: string;
  custom: boolean;
  required: boolean;
  computed: boolean;
};
export type LayoutsOf = {
  object: string;
  label: string;
  declared: Layout;
  items: LayoutItem[];
  roles: Ref[];
  fields: LayoutField[];
};

export const NOTHING: Layout = { quick: null, sections: null, facts: null, columns: null };

/** Whose layout: a role's, or the one of everybody without one. */
export function itemOf(of: LayoutsOf, role: string | null): LayoutItem | null {
  return of.items.find((item) => (item.role?.id ?? null) === role) ?? null;
}

/** What holds where a layout leaves a part open: the default's, else the declared one. */
export function inherited<P extends Part>(
  of: LayoutsOf,
  role: string | null,
  part: P,
): NonNullable<Layout[P]> {
  const below = role === null ? null : itemOf(of, null)?.layout[part];
  return (below ?? of.declared[part] ?? []) as NonNullable<Layout[P]>;
}

/** A field stands in one section: putting it into one takes it out of the others. */
export function putInto(sections: LayoutSection[], at: number, name: string): LayoutSection[] {
  return sections.map((section, index) => {
    const fields = section.fields.filter((one) => one !== name);
    return { ...section, fields: index === at ? [...fields, name] : fields };
  });
}

/** A key no other section has. */
export function freshKey(sections: LayoutSection[]): string {
  let number = sections.length + 1;
  while (sections.some((section) => section.key === `section_${number}`)) number += 1;
  return `section_${number}`;
}
