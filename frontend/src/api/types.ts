/** The types of docs/architecture/interface.md. The server decides; what is here only describes its answers. */

export type Id = string;
export type Ref = { id: Id; label: string | null };
/** A reference to one of several kinds says which. */
export type RelatedRef = Ref & { object: string };
/** true, or the reason why not (already in the caller's language). */
export type Can = true | string;

export type FieldType =
  | "text"
  | "long_text"
  | "number"
  | "integer"
  | "money"
  | "percent"
  | "date"
  | "instant"
  | "bool"
  | "choice"
  | "multi_choice"
  | "tags"
  | "user"
  | "department"
  | "reference"
  | "related"
  | "phone"
  | "email"
  | "url"
  | "file"
  | "location"
  | "rating";

export type Operator =
  | "eq"
  | "ne"
  | "lt"
  | "lte"
  | "gt"
  | "gte"
  | "in"
  | "not_in"
  | "contains"
  | "starts_with"
  | "is_null"
  | "between"
  | "within_last"
  | "within_next"
  | "under"
  | "has"
  | "has_any"
  | "near";

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** A value as the server sends it, by field type (see interface.md, "Field types"). */
export type FieldValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | Ref
  | RelatedRef
  | string[]
  | FieldValue[]
  | { [key: string]: FieldValue };

export type FilterCondition = { field: string; op: Operator; value?: JsonValue };
/** A figure over the records that point here; without a measure their count. */
export type RelatedCondition = {
  related: { object: string; field: string };
  where?: FilterNode | null;
  measure?: { op: "count" | "sum" | "avg" | "min" | "max"; field?: string };
  op: Operator;
  value?: JsonValue;
};
export type FilterNode =
  | FilterCondition
  | RelatedCondition
  | { in_segment: Id }
  | { and: FilterNode[] }
  | { or: FilterNode[] }
  | { not: FilterNode };

export type Choice = { value: string; label: string; color: string | null; active: boolean };

export type Target = { object: string; label: string };

export type FieldMeta = {
  name: string;
  type: FieldType;
  label: string;
  help: string;
  section: string | null;
  required: boolean;
  read_only: boolean;
  /** Set on creation, changed afterwards by a command only. */
  create_only?: boolean;
  computed: boolean;
  masked: boolean;
  sensitive: boolean;
  max_length: number | null;
  min: number | string | null;
  max: number | string | null;
  multiline: boolean;
  choices: Choice[] | null;
  dictionary: string | null;
  target: string | null;
  target_label: string | null;
  /** Of a reference: a field both kinds have; only records with the same value in it may be chosen. */
  within?: string | null;
  /** Of a `related` field: the kinds it may point to. */
  targets: Target[] | null;
  operators: Operator[];
  sortable: boolean;
  filterable: boolean;
  groupable: boolean;
  inline_edit: boolean;
  /** The kind of record it is a field of; absent for a command's parameter. */
  object?: string | null;
  quick: boolean;
  default: JsonValue;
  currency_field: string | null;
  /** Added by an administrator; the keys below are his. */
  custom?: boolean;
  unique?: boolean;
  decimals?: number | null;
  /** The field that has the amount in the company's currency. */
  base_field?: string | null;
  /** The one currency of a custom amount; empty where the reader may not know it. */
  currency?: string | null;
  /** A form shows the field while the values typed meet it, and asks for it while they meet the other. */
  show_when?: FilterNode | null;
  require_when?: FilterNode | null;
};

export type Layout = "table" | "groups" | "board" | "calendar";

export type ViewMeta = {
  key: string;
  label: string;
  filter: FilterNode | null;
  sort: string | null;
  columns: string[] | null;
  layout: Layout;
  default: boolean;
  /** Made by a person: his own (`mine`) or opened to the reader. Absent on built-in views. */
  saved?: boolean;
  mine?: boolean;
  shared?: ViewShare | null;
  /** Those it is shared with may change it. */
  shared_change?: boolean;
  can_change?: boolean;
  can_share?: boolean;
  version?: number;
  /** What the layout needs besides: groups, measures, the board's field, the calendar's date. */
  options?: Record<string, JsonValue>;
  /** Part → how many of it this reader does not get: conditions, sort, columns, groups, measures. */
  left_out?: Record<string, number>;
};

export type ViewArrangement = { pinned: string[]; default: string | null; role_default: string | null };

/** Records that point to this kind: what conditions on related records may speak of. */
export type RelatedMeta = { object: string; field: string; label: string; field_label: string };

export type ViewShare = { kind: "all" | "department" | "team"; id: Id | null };

export type BoardMeta = {
  group_field: string;
  sum_field: string | null;
  title: string;
  lines: string[];
  move: string | null;
  /** The parameter of the `move` command that takes the column. */
  move_param: string | null;
  scope_field: string | null;
};

export type PanelMeta = {
  key: string;
  label: string;
  object: string;
  field: string;
  columns: string[];
  create: boolean;
  /** The field by which these records point to one another; empty where they do not. */
  tree?: string;
};

export type DetailMeta = {
  path_field: string | null;
  facts: string[];
  panels: PanelMeta[];
  timeline: boolean;
  composer: string[];
};

export type ActionParam = {
  name: string;
  type: FieldType;
  label: string;
  required: boolean;
  choices: Choice[] | null;
  target: string | null;
  within?: string | null;
  help?: string;
  default?: JsonValue;
  /** The field of the record whose value the parameter starts from. */
  prefill?: string | null;
  currency_field?: string | null;
  max_length?: number | null;
  multiline?: boolean;
};

export type ActionMeta = {
  name: string;
  label: string;
  icon: string | null;
  on: ("record" | "bulk" | "list")[];
  primary: boolean;
  danger: boolean;
  confirm: string | null;
  params: ActionParam[];
};

/** What a command answers besides the record; `gone`: done, and out of the caller's sight. */
export type CommandAnswer = { undo?: string; gone?: boolean };

export type ObjectCan = {
  create: boolean;
  edit: boolean;
  delete: boolean;
  import: boolean;
  export: boolean;
  share: boolean;
  bulk: boolean;
};

export type ObjectLayout = {
  quick: string[];
  sections: { key: string; label: string; fields: string[] }[];
  facts: string[];
  columns: string[];
};

export type ObjectMeta = {
  name: string;
  label: string;
  label_plural: string;
  /** What this kind of record is for, in a sentence; may be empty. */
  description: string;
  icon: string;
  title_field: string;
  /** For a reader of English: the field that names a record where it is filled. */
  title_field_en?: string | null;
  subtitle_fields: string[];
  fields: FieldMeta[];
  sections: { key: string; label: string }[];
  /** How an administrator laid the kind out for the caller; absent where nothing was laid out. */
  layout?: ObjectLayout | null;
  list: {
    columns: string[];
    default_sort: string | null;
    quick_filters: string[];
    widths: Record<string, number>;
  };
  views: ViewMeta[];
  arrangement?: ViewArrangement;
  layouts: Layout[];
  /** Fields a board may stand by, and a calendar. */
  board_fields?: string[];
  date_fields?: string[];
  related?: RelatedMeta[];
  board: BoardMeta | null;
  detail: DetailMeta;
  actions: ActionMeta[];
  can: ObjectCan;
  import: { modes: ("create" | "update" | "both")[]; keys: string[] } | null;
};

export type ObjectSummary = {
  name: string;
  label: string;
  label_plural: string;
  icon: string;
  path: string;
  bin: boolean;
};

export type Row = { id: Id; version: number; can?: Record<string, Can> } & { [field: string]: FieldValue };

export type Detail = Row & {
  can: Record<string, Can>;
  created_at: string;
  created_by: Ref | null;
  updated_at: string;
  updated_by: Ref | null;
  deleted_at?: string | null;
};

export type ListPage<T = Row> = {
  items: T[];
  next_cursor: string | null;
  total: number | null;
  total_is_exact: boolean;
};

export type Page<T> = { items: T[]; next_cursor: string | null };

export type Option = { id: Id; label: string; sub: string | null };

export type AggregateRequest = {
  filter?: FilterNode | null;
  q?: string;
  view?: string;
  group_by: string[];
  measures: { op: "count" | "sum" | "avg" | "min" | "max"; field?: string }[];
  /** `key`, `count` or a measure's name, with `-` from the top. */
  order?: string;
  limit?: number;
  with_total?: boolean;
};
export type AggregateAnswer = {
  groups: AggregateGroup[];
  total: Record<string, JsonValue> | null;
  more: boolean;
};
export type AggregateGroup = {
  /** The condition under which the group's rows are read on as a list. */
  filter: FilterNode;
  key: Record<string, JsonValue>;
  label: Record<string, string | null>;
  count?: number;
} & { [measure: string]: JsonValue | undefined | Record<string, JsonValue> | Record<string, string | null> };

export type BoardColumn = {
  key: string;
  label: string;
  color: string | null;
  kind?: string;
  probability?: number | null;
  guidance?: string;
  rot_days?: number | null;
  count: number;
  sum: string | null;
  items: Row[];
  next_cursor: string | null;
};

export type HistoryChange = {
  field: string;
  label: string;
  old: JsonValue;
  new: JsonValue;
  old_label: string | null;
  new_label: string | null;
  /** The reader may not see the values. */
  withheld?: boolean;
};
export type HistoryItem = {
  /** Of a record that became part of this one. */
  merged?: boolean;
  at: string;
  actor: Ref | null;
  action: string;
  action_label: string;
  reason: string | null;
  op: string | null;
  changes: HistoryChange[];
};
export type TimelineItem = {
  /** The kind of record, or "change": the record itself was made, restored or given a command. */
  kind: string;
  id: Id;
  at: string;
  actor: Ref | null;
  title: string;
  text: string | null;
  data: Record<string, JsonValue>;
};

export type JobState = "waiting" | "running" | "done" | "failed" | "cancelled";
export type JobFailure = { id: Id | null; label: string; code: string; message: string };
export type Job = {
  id: Id;
  kind: string;
  label: string;
  state: JobState;
  total: number | null;
  done: number;
  succeeded: number;
  failed: number;
  failures: JobFailure[];
  result: Record<string, JsonValue> | null;
  undo: string | null;
  undo_until: string | null;
  created_at: string;
  finished_at: string | null;
};

export type ProblemError = { field: string | null; code: string; message: string };
export type Problem = {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  errors?: ProblemError[];
  current?: Detail;
  conflicts?: { field: string; yours: JsonValue; theirs: JsonValue }[];
  setup_open?: boolean;
  /** What a stage says of itself when it is not entered yet, and the lines to tick: they go back in `param`. */
  gate?: { guidance: string; param: string; items: { id: string; label: string; required: boolean }[] };
};

export type Scope = "own" | "department" | "department_below" | "departments" | "all";
export type ThemeChoice = "light" | "dark" | "auto";
export type Locale = "zh-CN" | "en";

export type MenuItem = {
  key: string;
  label: string;
  icon?: string | null;
  path?: string | null;
  object?: string | null;
  children?: MenuItem[] | null;
  /** Closed until somebody opens it. */
  folded?: boolean;
  /** Seldom used: stands under "more". */
  rare?: boolean;
  /** The syllables of the Chinese name, and further words: by these the palette finds it. */
  pinyin?: string;
  also?: string;
};

export type Me = {
  id: Id;
  username: string;
  name: string;
  locale: Locale;
  time_zone: string;
  /** In which all sums are. */
  base_currency: string;
  theme: ThemeChoice;
  department: Ref | null;
  teams: Ref[];
  roles: { code: string; label: string }[];
  permissions: Record<string, Scope | true>;
  menu: MenuItem[];
  /** Keys of the entries pinned to the top of the menu. */
  favourites: string[];
  counters: Record<string, number>;
  must_change_password: boolean;
  /** What the person has to do before anything else, in this order. */
  owes: ("password" | "factor")[];
  setup_needed: boolean;
  /** Somebody else looks at the system as this person: who, until when, why. */
  viewing: { by: Ref; until: string; reason: string } | null;
};

/** What signing in answers before the second step: by what it may be passed. */
export type AwaitsFactor = { awaits: "factor"; ways: string[] };

/** One line of the log of operations. */
export type Operation = {
  id: Id;
  at: string;
  actor: Ref;
  action: string;
  action_label: string;
  object: string;
  object_label: string;
  record: Id | null;
  label: string;
  succeeded: number;
  failed: number;
  job: Id | null;
  state: "done" | "undoing" | "undone" | "partly" | "expired";
  until: string | null;
  can_undo: boolean;
  undone_at: string | null;
  undone_by: Ref | null;
  taken_back: number;
  kept: number;
  undo_job: Id | null;
};

export type UploadedFile = { id: Id; name: string; size: number };

export type ImportColumn = {
  index: number;
  header: string;
  samples: string[];
  field: string | null;
  guess: "header" | "remembered" | "none";
};
export type ImportRun = {
  id: Id;
  object: string;
  state: "mapping" | "checking" | "checked" | "committing" | "done" | "failed" | "undone";
  file: { id: Id; name: string };
  sheets: string[];
  sheet: string;
  header_row: number;
  rows: number;
  columns: ImportColumn[];
  fields: { name: string; label: string; required: boolean }[];
  mode: "create" | "update" | "both";
  key: string | null;
  keys: { name: string; label: string }[];
  settings: Record<string, JsonValue>;
  check?: { create: number; update: number; skip: number; failed: number } | null;
  errors?: { row: number; column: string; field: string | null; value: string; message: string }[];
  error_file?: Id | null;
  created?: number;
  updated?: number;
  skipped?: number | null;
  failed?: number;
  /** The work under way, or done last. */
  job?: Id | null;
  seconds?: number;
  undo_until?: string | null;
  created_at?: string;
};

export type SearchItem = { id: Id; label: string; sub: string | null; path: string };
export type SearchResult = { groups: { object: string; label: string; items: SearchItem[] }[] };

export type Notification = {
  id: Id;
  at: string;
  kind: string;
  title: string;
  text: string | null;
  path: string | null;
  read: boolean;
};

/** How a figure or a state is coloured; the words for it are the component's. */
export type Tone = "neutral" | "good" | "warn" | "bad" | "accent";
export type CounterTone = "calm" | "good" | "warning" | "danger";
export type Counter = {
  key: string;
  label: string;
  /** Null when it could not be found out; `problem` then says why. */
  value: number | string | null;
  /** False where it is the planner's guess, as above a long list. */
  exact?: boolean;
  problem?: string | null;
  tone: CounterTone | null;
  path: string | null;
  unit: string | null;
  /** The limit the value is held against. */
  of?: number | null;
  /** The same figure of the month before. */
  previous?: number | string | null;
};

export type Segment = {
  id: Id;
  object: string;
  object_label: string;
  name: string;
  description: string;
  kind: "dynamic" | "static";
  filter: FilterNode | null;
  /** Its conditions speak of a field kept from the reader. */
  withheld: boolean;
  owner: Ref;
  mine: boolean;
  can_change: boolean;
  shared: ViewShare | null;
  size: number | null;
  counted_at: string | null;
  problem: string;
  version: number;
  created_at: string;
  updated_at: string;
};
export type SegmentDetail = Segment & {
  trend: { day: string; size: number; joined: number; left: number }[];
  used_in: { kind: "view" | "segment"; object: string; id: Id; label: string }[];
};
export type SegmentChange = { at: string; what: "joined" | "left"; record: Ref; by: string | null };
