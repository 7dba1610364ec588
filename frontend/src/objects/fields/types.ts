import type { ComponentType, LazyExoticComponent } from "react";
import type { Filter, FilterValue, Operator } from "../model/filter";
import type { FieldMeta, RecordData } from "../model/meta";

/** What turning a value into words needs besides the value: the reader's language and zone. */
export type FormatContext = {
  locale: string;
  timeZone: string;
  t: (key: string, params?: Record<string, string | number>) => string;
};

export type CellProps = { field: FieldMeta; value: unknown; record?: RecordData };

export type InputProps = {
  id: string;
  field: FieldMeta;
  value: unknown;
  onChange: (value: unknown) => void;
  invalid?: boolean;
  describedBy?: string | undefined;
  autoFocus?: boolean;
  /** Opens the list or calendar at once: a cell that was just clicked should not need a second click. */
  open?: boolean;
  /** The other values of the form, for a field that depends on one (money on its currency). */
  values?: Record<string, unknown>;
  size?: "small" | "middle";
  placeholder?: string | undefined;
};

export type FilterInputProps = {
  id: string;
  field: FieldMeta;
  op: Operator;
  value: FilterValue;
  onChange: (value: FilterValue) => void;
  autoFocus?: boolean;
};

type Lazily<P> = LazyExoticComponent<ComponentType<P>> | ComponentType<P>;

/** One entry per field type: everything the screens need to know about a type is asked here and nowhere else. */
export type FieldKind = {
  align: "start" | "end";
  width: number;
  Cell: ComponentType<CellProps>;
  Input: Lazily<InputProps>;
  FilterInput: Lazily<FilterInputProps>;
  /** The value in words; `record` for a type that looks at another field, as money does at its currency. */
  text: (field: FieldMeta, value: unknown, context: FormatContext, record?: RecordData) => string;
  /** Text of a value inside a filter, where a reference is a bare id; null when the label must be looked up. */
  filterText: (field: FieldMeta, value: FilterValue, op: Operator, context: FormatContext) => string | null;
  defaultOp: Operator;
  /** Choosing is the whole edit: nothing is left to type, so an inline edit saves at once. */
  commitOnChange: boolean;
  /** Takes a whole row in a form. */
  wide: boolean;
  /** Offered as a one-click list in the quick filter bar. */
  pickable: boolean;
  /** A value belongs to one record and cannot be given to many. */
  single?: boolean;
  /** Where records can be looked up by this type: the path of the options endpoint. */
  optionsOf?: (field: FieldMeta) => string | null;
};

export type FilterOfField = { field: FieldMeta; filter: Filter };
