/** The description of one kind of record (types: api/types.ts) and the small questions every screen asks of it. */
import type * as wire from "@/api/types";
import type { ActionParam, Can, Ref, Target } from "@/api/types";
import type { Operator } from "./filter";

export type { ActionMeta, ActionParam, BoardColumn, Choice, PanelMeta, Ref, ViewMeta } from "@/api/types";

/** A type the server has and this build does not know is a word like any other; so is an operator. */
export type FieldMeta = Omit<wire.FieldMeta, "type" | "operators" | "targets"> & {
  type: string;
  operators: Operator[];
  targets?: Target[] | null;
};

export type BoardMeta = wire.BoardMeta;

export type ObjectMeta = Omit<wire.ObjectMeta, "fields"> & { fields: FieldMeta[] };

/** A record as lists and details give it: what is known of every one, and the declared fields by name. */
export type RecordData = {
  id: string;
  version: number | string;
  can?: Record<string, Can>;
  deleted_at?: string | null;
  /** Masked fields of this record: whether the value may be shown in clear, or why not. */
  masked?: Record<string, Can>;
  [field: string]: unknown;
};

export function fieldOf(meta: ObjectMeta, name: string): FieldMeta | null {
  return meta.fields.find((field) => field.name === name) ?? null;
}

export function fieldsNamed(meta: ObjectMeta, names: readonly string[]): FieldMeta[] {
  return names.map((name) => fieldOf(meta, name)).filter((field): field is FieldMeta => field !== null);
}

export function titleOf(meta: ObjectMeta, record: RecordData): string {
  const english = meta.title_field_en ? record[meta.title_field_en] : null;
  if (typeof english === "string" && english) return english;
  const value = record[meta.title_field];
  if (typeof value === "string" && value) return value;
  if (isReference(value)) return value.label ?? "";
  return typeof value === "number" ? String(value) : "";
}

export function isReference(value: unknown): value is Ref {
  return typeof value === "object" && value !== null && "id" in value && "label" in value;
}

/** The kinds a reference may be to: one declared target, or the several of a reference to "whatever this is about". */
export function targetsOf(field: FieldMeta): Target[] {
  if (field.targets) return field.targets;
  return field.target ? [{ object: field.target, label: field.target_label ?? field.label }] : [];
}

export type StoredFile = { id: string; name: string; size: number };

export function isFile(value: unknown): value is StoredFile {
  return typeof value === "object" && value !== null && "id" in value && "name" in value && "size" in value;
}

export function isBlank(value: unknown): boolean {
  return (
    value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)
  );
}

/** What a write takes for what a read gave: references become their ids. */
export function toWritable(value: unknown): unknown {
  if (isReference(value)) return "object" in value ? { object: value.object, id: value.id } : value.id;
  if (isFile(value)) return value.id;
  if (Array.isArray(value)) return value.map(toWritable);
  return value === "" || value === undefined ? null : value;
}

/** A parameter of an action is asked for with the same inputs as a field. */
export function paramAsField(param: ActionParam): FieldMeta {
  return {
    name: param.name,
    type: param.type,
    label: param.label,
    help: param.help ?? "",
    section: null,
    required: param.required,
    read_only: false,
    computed: false,
    masked: false,
    sensitive: false,
    max_length: param.max_length ?? null,
    min: null,
    max: null,
    multiline: param.multiline ?? false,
    choices: param.choices,
    dictionary: null,
    target: param.target,
    target_label: null,
    within: param.within ?? null,
    operators: [],
    sortable: false,
    filterable: false,
    groupable: false,
    inline_edit: false,
    quick: true,
    default: param.default ?? null,
    currency_field: param.currency_field ?? null,
  };
}

/** What a command starts from: the record's own values, where a parameter names the field it is a word about. */
export function prefilled(
  meta: ObjectMeta,
  record: RecordData,
  params: readonly ActionParam[],
): Record<string, unknown> {
  const known = params.flatMap((param) => {
    const field = param.prefill ? fieldOf(meta, param.prefill) : null;
    return field && !field.masked && !isBlank(record[field.name]) ? [[param.name, record[field.name]]] : [];
  });
  return Object.fromEntries(known);
}
