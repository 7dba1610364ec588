/** A condition on the records that point here: "没有跟进记录，其中 发生时间 最近 30 天". */
import { useId } from "react";
import { useMeta } from "../data/meta";
import { useFormat } from "../fields/use-format";
import { measurableFields } from "../groups/group-rules";
import type { FilterValue, MeasureOp, Operator } from "../model/filter";
import { NO_CONDITIONS, type RelatedDraft } from "../model/filter-draft";
import { type FieldMeta, fieldOf, type ObjectMeta, paramAsField } from "../model/meta";
import { LeafValue } from "./condition-editor";
import styles from "./filter-bar.module.css";
import { GroupEditor, RemoveButton } from "./filter-editor";

const COMPARED: Operator[] = ["gte", "lte", "eq", "gt", "lt", "between"];
const DATED: Operator[] = ["within_last", "within_next", "lt", "gt", "is_null"];
type Mode = "some" | "none" | MeasureOp;
const MODES: Mode[] = ["some", "none", "count", "sum", "avg", "max", "min"];

function modeOf({ measure, op, value }: RelatedDraft): Mode {
  if (measure.op !== "count") return measure.op;
  if (op === "gte" && value === 1) return "some";
  return op === "eq" && value === 0 ? "none" : "count";
}

export function firstRelated(meta: ObjectMeta): RelatedDraft | null {
  const link = meta.related?.[0];
  if (!link) return null;
  const related = { object: link.object, field: link.field };
  return { related, measure: { op: "count" }, op: "gte", value: 1, where: NO_CONDITIONS };
}

/** A count and a figure are typed into the input of their kind of number. */
function figureField(target: ObjectMeta | undefined, draft: RelatedDraft, label: string): FieldMeta {
  const found = target && draft.measure.field ? fieldOf(target, draft.measure.field) : null;
  if (found) return found;
  const plain = {
    name: "count",
    type: "integer" as const,
    label,
    required: false,
    choices: null,
    target: null,
  };
  return paramAsField(plain);
}

type RelatedRowProps = {
  meta: ObjectMeta;
  draft: RelatedDraft;
  onChange: (draft: RelatedDraft) => void;
  onRemove: () => void;
};

export function RelatedRow({ meta, draft, onChange, onRemove }: RelatedRowProps) {
  const { t } = useFormat();
  const links = meta.related ?? [];
  const { data: target } = useMeta(draft.related.object);
  const mode = modeOf(draft);
  const numbers = target ? measurableFields(target) : [];
  const dates =
    target?.fields.filter((one) => one.filterable && ["date", "instant"].includes(one.type)) ?? [];
  const measured = mode === "max" || mode === "min" ? [...numbers, ...dates] : numbers;
  const field = figureField(target, draft, t("groups.count"));
  const dated = dates.some((one) => one.name === draft.measure.field);
  const ops = (dated ? DATED : COMPARED).filter(
    (op) => field.operators.length === 0 || field.operators.includes(op),
  );

  function pickMode(next: Mode) {
    if (next === "some") return onChange({ ...draft, measure: { op: "count" }, op: "gte", value: 1 });
    if (next === "none") return onChange({ ...draft, measure: { op: "count" }, op: "eq", value: 0 });
    if (next === "count") return onChange({ ...draft, measure: { op: "count" }, op: "gte", value: 2 });
    const first = (next === "max" || next === "min" ? [...numbers, ...dates] : numbers)[0];
    if (first) pickField(next, first.name);
  }

  function pickField(op: MeasureOp, name: string) {
    const isDate = dates.some((one) => one.name === name);
    const value: FilterValue = isDate ? { days: 30 } : null;
    onChange({ ...draft, measure: { op, field: name }, op: isDate ? "within_last" : "gte", value });
  }

  return (
    <div className={styles.box}>
      <div className={styles.sentence}>
        <Choose
          label={t("related.which")}
          value={`${draft.related.object}.${draft.related.field}`}
          options={links.map((link) => ({
            value: `${link.object}.${link.field}`,
            label: linkLabel(links, link),
          }))}
          onPick={(value) => {
            const link = links.find((one) => `${one.object}.${one.field}` === value);
            const first = firstRelated(meta);
            if (link && first) onChange({ ...first, related: { object: link.object, field: link.field } });
          }}
        />
        <Choose
          label={t("related.mode")}
          value={mode}
          options={MODES.filter((one) => ["some", "none", "count"].includes(one) || canMeasure(one)).map(
            (one) => ({
              value: one,
              label: t(`related.${one}`),
            }),
          )}
          onPick={(value) => pickMode(value as Mode)}
        />
        {draft.measure.op !== "count" ? (
          <Choose
            label={t("related.field")}
            value={draft.measure.field ?? ""}
            options={measured.map((one) => ({ value: one.name, label: one.label }))}
            onPick={(name) => pickField(draft.measure.op, name)}
          />
        ) : null}
        {mode !== "some" && mode !== "none" ? (
          <>
            <Choose
              label={t("filter.operator", { label: field.label })}
              value={draft.op}
              options={ops.map((op) => ({ value: op, label: t(`op.${op}`) }))}
              onPick={(op) =>
                onChange({ ...draft, op: op as Operator, value: carried(draft.value, op as Operator) })
              }
            />
            <LeafValue
              field={field}
              leaf={{ field: field.name, op: draft.op, value: draft.value }}
              onChange={({ value }) =>
                onChange({ ...draft, value: field.name === "count" ? whole(value) : value })
              }
            />
          </>
        ) : null}
        <RemoveButton onClick={onRemove} />
      </div>
      {target ? (
        <>
          <p className={styles.where}>{t("related.where")}</p>
          <GroupEditor
            meta={target}
            group={draft.where}
            nested
            plain
            onChange={(where) => onChange({ ...draft, where })}
          />
        </>
      ) : null}
    </div>
  );

  function canMeasure(one: Mode): boolean {
    return one === "max" || one === "min" ? numbers.length + dates.length > 0 : numbers.length > 0;
  }
}

function carried(value: FilterValue, to: Operator): FilterValue {
  if (to === "between") return [Array.isArray(value) ? (value[0] ?? null) : (value as string | null), null];
  if (to === "is_null") return true;
  if (to === "within_last" || to === "within_next") return { days: 30 };
  return Array.isArray(value) ? (value[0] ?? null) : typeof value === "object" ? null : value;
}

/** A count is a number; inputs give texts. */
function whole(value: FilterValue): FilterValue {
  if (Array.isArray(value)) return value.map((one) => whole(one) as number | null);
  return typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
}

/** The field is named only where a kind points here by more than one. */
export function linkLabel(
  links: { object: string; label: string; field_label: string }[],
  link: (typeof links)[0],
) {
  const alone = links.filter((one) => one.object === link.object).length < 2;
  return alone ? link.label : `${link.label}（${link.field_label}）`;
}

type ChooseProps = {
  label: string;
  value: string;
  options: { value: string; label: string }[];
  onPick: (value: string) => void;
};

export function Choose({ label, value, options, onPick }: ChooseProps) {
  const id = useId();
  return (
    <select
      id={id}
      className={styles.native}
      aria-label={label}
      value={value}
      onChange={(event) => onPick(event.target.value)}
    >
      {options.some((one) => one.value === value) ? null : <option value={value} hidden />}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
