/** A custom field as it is administered (docs/architecture/interface.md), and what of it has been changed. */
import type { FilterNode, JsonValue, Ref, FieldMeta as WireFieldMeta } from "@/api/types";
import { type FieldMeta, paramAsField } from "@/objects/model/meta";

export type Choice = { value: string; label_zh: string; label_en: string; color: string; active: boolean };

export type Rollup = {
  object: string;
  field: string;
  op: "sum" | "count" | "min" | "max" | "last";
  of: string | null;
  by: string | null;
  filter: FilterNode | null;
};

export type IndexState = {
  state: "none" | "building" | "ready" | "failed" | "dropping";
  job: string | null;
  error: string;
};

/** How far the records of before are found by the field. */
export type SearchState = { state: "none" | "building" | "failed"; done: number; total: number };

export type Definition = {
  id: string;
  object: string;
  key: string;
  name: string;
  type: string;
  label_zh: string;
  label_en: string;
  help_zh: string;
  help_en: string;
  section: string;
  required: boolean;
  unique: boolean;
  searchable: boolean;
  quick: boolean;
  inline_edit: boolean;
  default: JsonValue;
  show_when: FilterNode | null;
  require_when: FilterNode | null;
  /** What kind of data it holds; empty for what its type usually does. */
  data_class: "" | "public" | "internal" | "personal";
  active: boolean;
  version: number;
  choices: Choice[];
  dictionary: string;
  target: string;
  decimals: number | null;
  min: string | number | null;
  max: string | number | null;
  max_length: number | null;
  currency: string;
  formula: string;
  rollup: Rollup | null;
  result: string | null;
  /** Why a formula or roll-up does not hold any more; empty while it does. */
  fault?: string;
  /** Null where there is nothing an index would serve. */
  index?: IndexState | null;
  search?: SearchState;
};

/** What a form holds: nothing yet of what the server gives. */
export type Draft = Omit<
  Definition,
  "id" | "object" | "name" | "active" | "version" | "result" | "index" | "search"
>;

/** `default`: takes a plain value for new records; `moving`: the word of one worked out for each, empty where there is none. */
export type FieldType = {
  type: string;
  label: string;
  options: string[];
  default?: boolean;
  moving?: "" | "today" | "now" | "me" | "my_department";
  data_class?: "internal" | "personal";
};

export type DictionaryOffer = { code: string; label: string; choices?: FieldChoice[] };
type FieldChoice = NonNullable<FieldMeta["choices"]>[number];
export type Declared = {
  name: string;
  type: string;
  label: string;
  section: string;
  required: boolean;
  computed: boolean;
};

export type FieldsOf = {
  object: string;
  label: string;
  limit: number;
  index_limit?: number;
  indexes?: number;
  types: FieldType[];
  sections: { key: string; label: string }[];
  dictionaries: DictionaryOffer[];
  targets: { object: string; label: string }[];
  /** What formulas may call. */
  functions: string[];
  related: { object: string; label: string; field: string; field_label: string }[];
  items: Definition[];
  declared: Declared[];
};

export type KindOfRecord = { object: string; label: string; custom: number; removed: number };

export type Trial =
  | {
      ok: true;
      result: string;
      inputs: string[];
      rows: (Ref & { value: JsonValue })[];
    }
  | { ok: false; error: { code: string; message: string; position: number; length: number } };

/** The settings that some types have and others do not. */
const OF_TYPES = [
  ...(["choices", "dictionary", "target", "decimals", "min", "max", "max_length", "currency"] as const),
  ...(["formula", "rollup", "unique", "searchable"] as const),
];

export function emptyDraft(type: string, section: string): Draft {
  return {
    key: "",
    type,
    label_zh: "",
    label_en: "",
    help_zh: "",
    help_en: "",
    section,
    required: false,
    unique: false,
    searchable: false,
    quick: false,
    inline_edit: true,
    default: null,
    show_when: null,
    require_when: null,
    data_class: "",
    choices: [],
    dictionary: "",
    target: "",
    decimals: null,
    min: null,
    max: null,
    max_length: null,
    currency: "",
    formula: "",
    rollup: null,
  };
}

export function draftOf(definition: Definition): Draft {
  const blank = emptyDraft(definition.type, definition.section);
  const names = Object.keys(blank) as (keyof Draft)[];
  return Object.fromEntries(names.map((name) => [name, definition[name] ?? blank[name]])) as Draft;
}

/** What has to be sent: of a new field all that says something, of a known one what differs. */
export function changesOf(draft: Draft, start: Draft | null): Partial<Draft> {
  const names = Object.keys(draft) as (keyof Draft)[];
  const said = names.filter((name) =>
    start ? JSON.stringify(draft[name]) !== JSON.stringify(start[name]) : !isSilent(draft[name]),
  );
  return Object.fromEntries(said.map((name) => [name, draft[name]]));
}

function isSilent(value: unknown): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

/** What becomes of a draft when its type does: what the new type does not have is let go, so that nothing out of sight is refused. */
export function retyped(draft: Draft, type: FieldType): Partial<Draft> {
  const { options } = type;
  const blank = emptyDraft(type.type, draft.section);
  const kept = (name: (typeof OF_TYPES)[number]) => options.includes(name);
  const gone = Object.fromEntries(
    OF_TYPES.filter((name) => !kept(name)).map((name) => [name, blank[name]]),
  ) as Partial<Draft>;
  const asked = isComputed(type.type) ? { required: false, require_when: null } : {};
  return { ...gone, ...asked, type: type.type, default: null, data_class: "" };
}

export function isComputed(type: string): boolean {
  return type === "formula" || type === "rollup";
}

/** A code for a choice about to be added, so that it can be named before it is saved. */
export function freshValue(choices: Choice[]): string {
  const taken = new Set(choices.map((choice) => choice.value));
  let n = choices.length + 1;
  while (taken.has(`c${n}`)) n += 1;
  return `c${n}`;
}

/** The field as a form would meet it, for trying it out while it is made. */
export function asMeta(
  draft: Draft,
  english: boolean,
  result: string | null,
  dictionaries: DictionaryOffer[] = [],
): FieldMeta {
  const lent = dictionaries.find((one) => one.code === draft.dictionary)?.choices;
  const label = (english && draft.label_en) || draft.label_zh;
  const help = (english && draft.help_en) || draft.help_zh;
  const computed = isComputed(draft.type);
  return {
    ...paramAsField({
      name: "preview",
      type: (computed ? (result ?? "text") : draft.type) as WireFieldMeta["type"],
      label,
      help,
      required: draft.required,
      target: targetOf(draft),
      choices:
        lent ??
        draft.choices
          .filter((choice) => choice.active && choice.label_zh)
          .map((choice, index) => ({
            value: choice.value || String(index),
            label: (english && choice.label_en) || choice.label_zh,
            color: choice.color,
            active: true,
          })),
    }),
    max_length: draft.max_length,
    max: draft.type === "rating" ? Number(draft.max ?? 5) : null,
    decimals: draft.decimals,
    currency: draft.type === "money" ? draft.currency || "CNY" : null,
    computed,
    multiline: draft.type === "long_text",
  };
}

function targetOf(draft: Draft): string | null {
  if (draft.type === "user") return "users";
  if (draft.type === "department") return "departments";
  return draft.target || null;
}
