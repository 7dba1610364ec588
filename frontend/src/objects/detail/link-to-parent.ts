import type { Filter } from "../model/filter";
import {
  type FieldMeta,
  isReference,
  type ObjectMeta,
  type PanelMeta,
  type RecordData,
  targetsOf,
} from "../model/meta";

/** The records of a panel: those whose link is this one. */
export function panelFilter(panel: PanelMeta, id: string): Filter {
  return { field: panel.field, op: "eq", value: id };
}

/** Which field of a related kind points at this record: the panel says so, or its only reference to our kind does. */
export function linkField(parent: ObjectMeta, child: ObjectMeta): string | null {
  const panel = parent.detail?.panels.find((one: PanelMeta) => one.object === child.name);
  if (panel) return panel.field;
  return (
    child.fields.find((field) => targetsOf(field).some((one) => one.object === parent.name))?.name ?? null
  );
}

/**
 * What a new related record starts with: the link itself, and whatever both kinds refer to alike (the customer of a
 * deal is the customer of a task on it), so that nothing known is asked again.
 */
export function inherited(
  parent: ObjectMeta,
  record: RecordData,
  child: ObjectMeta,
  link: string,
): Record<string, unknown> {
  const title = record[parent.title_field];
  const own = child.fields.find((field) => field.name === link);
  const values: Record<string, unknown> = {
    [link]: {
      id: record.id,
      label: typeof title === "string" ? title : null,
      // A reference to one of several kinds must say which.
      ...(own && !own.target ? { object: parent.name } : {}),
    },
  };
  for (const field of child.fields) {
    if (field.name === link || !field.target) continue;
    // What the server sets itself is known here too where a picker goes by it.
    if (field.read_only && !child.fields.some((other) => other.within === field.name)) continue;
    const same = parent.fields.find(
      (one: FieldMeta) => one.target === field.target && one.name === field.name,
    );
    const value = same ? record[same.name] : null;
    if (isReference(value)) values[field.name] = value;
  }
  return values;
}
