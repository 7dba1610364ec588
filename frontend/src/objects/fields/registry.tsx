/**
 * One entry per field type, and the only place where a type is looked at. A new type is one entry here (and one class
 * on the server); an unknown one is treated as text rather than breaking the screen.
 */
import { type ComponentType, lazy } from "react";
import { comma } from "@/i18n/index";
import { FollowCell } from "../follow/follow-star";
import { plainOf } from "../mentions/marks";
import { LongTextCell } from "../mentions/mention-text";
import { isCircle } from "../model/filter";
import { type FieldMeta, isFile } from "../model/meta";
import * as cells from "./cells";
import * as format from "./format";
import type { FieldKind, FilterInputProps, InputProps } from "./types";

// Inputs bring antd's larger parts; they are fetched when somebody edits or filters, not with the list.
const textInput = (pick: (module: typeof import("./inputs/text-inputs")) => ComponentType<InputProps>) =>
  lazy(async () => ({ default: pick(await import("./inputs/text-inputs")) }));
const numberInput = (pick: (module: typeof import("./inputs/number-inputs")) => ComponentType<InputProps>) =>
  lazy(async () => ({ default: pick(await import("./inputs/number-inputs")) }));
const dateInput = (pick: (module: typeof import("./inputs/date-inputs")) => ComponentType<InputProps>) =>
  lazy(async () => ({ default: pick(await import("./inputs/date-inputs")) }));
const choiceInput = (pick: (module: typeof import("./inputs/choice-inputs")) => ComponentType<InputProps>) =>
  lazy(async () => ({ default: pick(await import("./inputs/choice-inputs")) }));
const filterInput = (
  pick: (module: typeof import("./inputs/filter-inputs")) => ComponentType<FilterInputProps>,
) => lazy(async () => ({ default: pick(await import("./inputs/filter-inputs")) }));
const placeInput = (pick: (module: typeof import("./inputs/place-inputs")) => ComponentType<InputProps>) =>
  lazy(async () => ({ default: pick(await import("./inputs/place-inputs")) }));
const ReferenceInput = lazy(async () => ({
  default: (await import("./inputs/reference-input")).ReferenceInput,
}));

const TextFilter = filterInput((module) => module.TextFilterInput);
const ScaleFilter = filterInput((module) => module.ScaleFilterInput);
const ChoiceFilter = filterInput((module) => module.ChoiceFilterInput);
const ReferenceFilter = filterInput((module) => module.ReferenceFilterInput);

const text: FieldKind = {
  align: "start",
  width: 160,
  Cell: cells.TextCell,
  Input: textInput((module) => module.TextInput),
  FilterInput: TextFilter,
  text: (_field, value) => (value === null || value === undefined ? "" : String(value)),
  filterText: (_field, value) => (Array.isArray(value) ? value.join(comma()) : String(value)),
  defaultOp: "contains",
  commitOnChange: false,
  wide: false,
  pickable: false,
};

const decimal: FieldKind = {
  ...text,
  align: "end",
  width: 110,
  Cell: cells.NumberCell,
  Input: numberInput((module) => module.NumberInput),
  FilterInput: ScaleFilter,
  text: (_field, value) => format.numberText(value),
  filterText: (_field, value) =>
    Array.isArray(value) ? value.map(format.numberText).join(" – ") : format.numberText(value),
  defaultOp: "gte",
};

const date: FieldKind = {
  ...text,
  width: 108,
  Cell: cells.DateCell,
  Input: dateInput((module) => module.DateInput),
  FilterInput: ScaleFilter,
  text: (_field, value) => format.dateText(value),
  filterText: (_field, value, _op, { t }) => {
    const one = (item: unknown) => (item === "today" ? t("value.today") : format.dateText(item));
    return Array.isArray(value) ? value.map(one).join(" – ") : one(value);
  },
  defaultOp: "between",
  commitOnChange: true,
};

const choice: FieldKind = {
  ...text,
  width: 110,
  Cell: cells.ChoiceCell,
  Input: choiceInput((module) => module.ChoiceInput),
  FilterInput: ChoiceFilter,
  text: (field, value) => format.choiceText(field, value),
  filterText: (field, value) =>
    Array.isArray(value)
      ? value.map((code) => format.choiceText(field, code)).join(comma())
      : format.choiceText(field, value),
  defaultOp: "in",
  commitOnChange: true,
  pickable: true,
};

const many: FieldKind = {
  ...choice,
  width: 180,
  Cell: cells.ManyCell,
  Input: choiceInput((module) => module.ManyInput),
  text: (field, value) => format.listText(value, (item) => format.choiceText(field, item)),
  defaultOp: "has_any",
  commitOnChange: false,
};

const reference: FieldKind = {
  ...text,
  width: 180,
  Cell: cells.ReferenceCell,
  Input: ReferenceInput,
  FilterInput: ReferenceFilter,
  text: (_field, value, context) => format.referenceText(value, context),
  filterText: () => null,
  defaultOp: "eq",
  commitOnChange: true,
  pickable: true,
  optionsOf: (field) => field.target,
};

const region: FieldKind = {
  ...reference,
  Cell: cells.PlaceCell,
  width: 160,
  defaultOp: "under",
  optionsOf: (field) => field.target ?? "regions",
};

const KINDS: Record<string, FieldKind> = {
  text,
  long_text: {
    ...text,
    width: 240,
    wide: true,
    Cell: LongTextCell,
    Input: textInput((module) => module.LongTextInput),
    text: (_field, value) => plainOf(value === null || value === undefined ? "" : String(value)),
  },
  number: decimal,
  integer: decimal,
  money: {
    ...decimal,
    width: 132,
    Cell: cells.MoneyCell,
    Input: numberInput((module) => module.MoneyInput),
    text: (field, value, _context, record) => format.moneyText(value, field, record),
    filterText: (field, value) =>
      Array.isArray(value)
        ? value.map((one) => format.moneyText(one, field)).join(" – ")
        : format.moneyText(value, field),
  },
  percent: {
    ...decimal,
    width: 90,
    Cell: cells.PercentCell,
    Input: numberInput((module) => module.PercentInput),
    text: (_field, value) => format.percentText(value),
    filterText: (_field, value) =>
      Array.isArray(value) ? value.map(format.percentText).join(" – ") : format.percentText(value),
  },
  date,
  instant: {
    ...date,
    width: 126,
    Cell: cells.InstantCell,
    Input: dateInput((module) => module.InstantInput),
    text: (_field, value, context) => format.instantText(value, context),
    commitOnChange: false,
  },
  bool: {
    ...text,
    width: 84,
    Cell: cells.BoolCell,
    Input: choiceInput((module) => module.BoolInput),
    FilterInput: filterInput((module) => module.BoolFilterInput),
    text: (_field, value, { t }) => (value === true ? t("value.yes") : value === false ? t("value.no") : ""),
    filterText: (_field, value, _op, { t }) => (value === true ? t("value.yes") : t("value.no")),
    defaultOp: "eq",
    commitOnChange: true,
    pickable: true,
  },
  following: {
    ...text,
    width: 64,
    Cell: FollowCell,
    FilterInput: filterInput((module) => module.BoolFilterInput),
    text: (_field, value, { t }) => (value === true ? t("follow.following") : ""),
    filterText: (_field, value, _op, { t }) => (value === true ? t("value.yes") : t("value.no")),
    defaultOp: "eq",
    pickable: true,
  },
  choice,
  multi_choice: many,
  tags: { ...many, pickable: false, FilterInput: TextFilter, filterText: text.filterText },
  user: {
    ...reference,
    width: 120,
    Cell: cells.PersonCell,
    FilterInput: filterInput((module) => module.UserFilterInput),
    filterText: (_field, value, _op, { t }) => (value === "me" ? t("value.me") : null),
    optionsOf: () => "users",
  },
  department: {
    ...reference,
    width: 140,
    Cell: cells.PlaceCell,
    defaultOp: "under",
    optionsOf: () => "departments",
  },
  reference,
  related: {
    ...reference,
    Cell: cells.RelatedCell,
    Input: lazy(async () => ({ default: (await import("./inputs/related-input")).RelatedInput })),
    FilterInput: lazy(async () => ({ default: (await import("./inputs/related-input")).RelatedFilterInput })),
    pickable: false,
    optionsOf: () => null,
  },
  phone: { ...text, width: 140, Cell: cells.PhoneCell, Input: textInput((module) => module.PhoneInput) },
  email: { ...text, width: 190, Cell: cells.EmailCell, Input: textInput((module) => module.EmailInput) },
  url: { ...text, width: 190, Cell: cells.UrlCell, Input: textInput((module) => module.UrlInput) },
  file: {
    ...text,
    width: 200,
    Cell: cells.FileCell,
    Input: placeInput((module) => module.FileInput),
    single: true,
    text: (_field, value) => (isFile(value) ? value.name : ""),
  },
  location: {
    ...text,
    width: 200,
    wide: true,
    Cell: cells.LocationCell,
    Input: placeInput((module) => module.LocationInput),
    FilterInput: lazy(async () => ({
      default: (await import("./inputs/place-inputs")).LocationFilterInput,
    })),
    text: (_field, value) => format.locationText(value),
    filterText: (_field, value) =>
      isCircle(value) ? `${value.lat}, ${value.lng} · ${value.km} km` : String(value),
  },
  rating: {
    ...decimal,
    align: "start",
    width: 110,
    Cell: cells.RatingCell,
    Input: placeInput((module) => module.RatingInput),
    text: (field, value) => (value === null || value === undefined ? "" : `${value} / ${field.max ?? 5}`),
  },
  region,
  address: {
    ...text,
    width: 220,
    wide: true,
    Cell: cells.PlaceCell,
    text: (_field, value) => format.addressText(value),
  },
  number_series: { ...text, width: 130, Cell: cells.TextCell },
};

export function kindOf(field: Pick<FieldMeta, "type">): FieldKind {
  return KINDS[field.type] ?? text;
}

export function knownTypes(): string[] {
  return Object.keys(KINDS);
}
