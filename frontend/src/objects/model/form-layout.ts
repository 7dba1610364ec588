/** Which fields a form has and in which order: as the administrator laid them out, else as they are declared. */
import { type FieldMeta, fieldsNamed, type ObjectMeta } from "./meta";

export type FormSection = { key: string; label: string; fields: FieldMeta[] };

/** What may be filled in: a field set on creation only is changed later by its own command. */
export function isWritable(field: FieldMeta, creating: boolean): boolean {
  return !field.read_only && !field.computed && (creating || !field.create_only);
}

/** The full form by section. Without a layout, fields of no declared section come first, under no heading. */
export function formSections(meta: ObjectMeta, creating: boolean): FormSection[] {
  const writable = (field: FieldMeta) => isWritable(field, creating);
  const sections: FormSection[] = meta.layout
    ? meta.layout.sections.map((section) => ({ ...section, fields: fieldsNamed(meta, section.fields) }))
    : bySection(meta);
  return sections
    .map((section) => ({ ...section, fields: section.fields.filter(writable) }))
    .filter((section) => section.fields.length > 0);
}

/** The short form of a new record: what is laid out for it, and what must be filled in at any rate. */
export function quickFields(meta: ObjectMeta): FieldMeta[] {
  const all = formSections(meta, true).flatMap((section) => section.fields);
  const laid = meta.layout ? fieldsNamed(meta, meta.layout.quick) : all.filter((field) => field.quick);
  const quick = laid.filter((field) => isWritable(field, true));
  const asked = all.filter((field) => field.required && !quick.includes(field));
  // Declared fields keep the order of the form; a laid-out order is what the administrator wanted.
  return meta.layout ? [...quick, ...asked] : all.filter((field) => field.quick || field.required);
}

function bySection(meta: ObjectMeta): FormSection[] {
  const known = new Set(meta.sections.map((section) => section.key));
  const loose = meta.fields.filter((field) => !known.has(field.section ?? ""));
  return [
    { key: "", label: "", fields: loose },
    ...meta.sections.map((section) => ({
      ...section,
      fields: meta.fields.filter((field) => field.section === section.key),
    })),
  ];
}
