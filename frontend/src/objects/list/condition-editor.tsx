/** One condition: operator and value of a known field. Lazily loaded with the first filter somebody opens. */
import { Button } from "antd";
import { Suspense, useId, useState } from "react";
import { SkeletonLine } from "@/kit/skeleton";
import { kindOf } from "../fields/registry";
import { useFormat } from "../fields/use-format";
import { type FilterValue, isComplete, isMany, type Leaf, type Operator, settleMe } from "../model/filter";
import type { FieldMeta } from "../model/meta";
import styles from "./filter-bar.module.css";

const SPAN: Operator[] = ["within_last", "within_next"];

/** The value survives a change of operator where it still means something. */
function carryOver(value: FilterValue, from: Operator, to: Operator): FilterValue {
  if (to === "is_null") return true;
  if (from === "is_null" || SPAN.includes(from) !== SPAN.includes(to))
    return SPAN.includes(to) ? { days: 7 } : null;
  if (to === "between") return [Array.isArray(value) ? (value[0] ?? null) : (value as string | null), null];
  if (isMany(to)) return Array.isArray(value) ? value : value === null ? [] : [value as string];
  return Array.isArray(value) ? (value[0] ?? null) : value;
}

export function firstLeaf(field: FieldMeta): Leaf {
  const kind = kindOf(field);
  const wished: Operator[] = [...(kind.pickable ? (["in"] as const) : []), kind.defaultOp];
  const op = wished.find((one) => field.operators.includes(one)) ?? field.operators[0] ?? "eq";
  return { field: field.name, op, value: carryOver(null, "is_null", op) };
}

type LeafEditorProps = { field: FieldMeta; leaf: Leaf; onChange: (leaf: Leaf) => void; autoFocus?: boolean };

export function OperatorSelect({ field, leaf, onChange }: LeafEditorProps) {
  const { t } = useFormat();
  return (
    <select
      className={styles.native}
      aria-label={t("filter.operator", { label: field.label })}
      value={leaf.op}
      onChange={(event) => {
        const op = event.target.value as Operator;
        onChange({ ...leaf, op, value: carryOver(leaf.value, leaf.op, op) });
      }}
    >
      {field.operators.map((op) => (
        <option key={op} value={op}>
          {t(`op.${op}`)}
        </option>
      ))}
    </select>
  );
}

export function LeafValue({ field, leaf, onChange, autoFocus }: LeafEditorProps) {
  const id = useId();
  const { FilterInput } = kindOf(field);
  return (
    <Suspense fallback={<SkeletonLine height={32} />}>
      <FilterInput
        id={id}
        field={field}
        op={leaf.op}
        value={leaf.value}
        autoFocus={autoFocus ?? false}
        onChange={(value) => onChange({ ...leaf, value })}
      />
    </Suspense>
  );
}

type ConditionEditorProps = {
  field: FieldMeta;
  leaf: Leaf | null;
  onApply: (leaf: Leaf | null) => void;
  onClose: () => void;
};

export function ConditionEditor({ field, leaf, onApply, onClose }: ConditionEditorProps) {
  const { t } = useFormat();
  const [draft, setDraft] = useState<Leaf>(leaf ?? firstLeaf(field));
  const ready = isComplete(draft);
  const apply = () => {
    if (!ready) return;
    onApply(settleMe(draft));
    onClose();
  };
  return (
    <form
      className={styles.editor}
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <OperatorSelect field={field} leaf={draft} onChange={setDraft} />
      <LeafValue field={field} leaf={draft} onChange={setDraft} autoFocus />
      <div className={styles.editorFoot}>
        {leaf ? (
          <Button
            size="small"
            onClick={() => {
              onApply(null);
              onClose();
            }}
          >
            {t("filter.remove")}
          </Button>
        ) : null}
        <Button size="small" type="primary" htmlType="submit" disabled={!ready}>
          {t("filter.apply")}
        </Button>
      </div>
    </form>
  );
}
