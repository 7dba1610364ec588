/** Conditions as rows: on fields, on related records, on segments; joined by and / or, with groups one level deep. */
import { Button } from "antd";
import { Plus, Trash2 } from "lucide-react";
import { useFormat } from "../fields/use-format";
import type { Leaf } from "../model/filter";
import type { Group, Joint } from "../model/filter-draft";
import { type FieldMeta, fieldOf, type ObjectMeta } from "../model/meta";
import { firstLeaf, LeafValue, OperatorSelect } from "./condition-editor";
import styles from "./filter-bar.module.css";
import { FilterText } from "./filter-text";
import { firstRelated, RelatedRow } from "./related-row";
import { SegmentRow } from "./segment-row";

type GroupEditorProps = {
  meta: ObjectMeta;
  group: Group;
  onChange: (group: Group) => void;
  nested: boolean;
  /** Conditions on fields only: those of related records go no deeper. */
  plain?: boolean;
};

export function GroupEditor({ meta, group, onChange, nested, plain = false }: GroupEditorProps) {
  const { t } = useFormat();
  const fields = meta.fields.filter((field) => field.filterable && field.operators.length > 0);
  const first = fields[0];
  const setPart = (index: number, part: Group["parts"][number] | null) => {
    const parts = group.parts.slice();
    if (part) parts[index] = part;
    else parts.splice(index, 1);
    onChange({ ...group, parts });
  };
  const related = plain ? null : firstRelated(meta);
  const add = (part: Group["parts"][number]) => onChange({ ...group, parts: [...group.parts, part] });
  return (
    <div className={nested ? (plain ? styles.inner : styles.box) : styles.rows}>
      {plain && group.parts.length < 2 ? null : (
        <div className={styles.joint}>
          <select
            className={styles.native}
            aria-label={t("filter.joint")}
            value={group.joint}
            onChange={(event) => onChange({ ...group, joint: event.target.value as Joint })}
          >
            <option value="and">{t("filter.all_hold")}</option>
            <option value="or">{t("filter.any_holds")}</option>
          </select>
        </div>
      )}
      {group.parts.map((part, index) => {
        const remove = () => setPart(index, null);
        // A condition has no other identity while it is being typed.
        const key = index;
        if ("joint" in part) {
          return (
            <GroupEditor
              key={key}
              meta={meta}
              group={part}
              nested
              onChange={(next) => setPart(index, next.parts.length > 0 ? next : null)}
            />
          );
        }
        if ("related" in part) {
          return (
            <RelatedRow
              key={key}
              meta={meta}
              draft={part}
              onChange={(next) => setPart(index, next)}
              onRemove={remove}
            />
          );
        }
        if ("segment" in part) {
          return (
            <SegmentRow
              key={key}
              object={meta.name}
              draft={part}
              onChange={(next) => setPart(index, next)}
              onRemove={remove}
            />
          );
        }
        if ("kept" in part) {
          return (
            <div key={key} className={styles.joint}>
              <span className={styles.grow}>
                <FilterText meta={meta} filter={part.kept} />
              </span>
              <RemoveButton onClick={remove} />
            </div>
          );
        }
        return (
          <LeafRow
            key={key}
            meta={meta}
            fields={fields}
            leaf={part}
            onChange={(next) => setPart(index, next)}
            onRemove={remove}
          />
        );
      })}
      <div className={styles.joint}>
        {first ? (
          <Button size="small" icon={<Plus size={14} aria-hidden />} onClick={() => add(firstLeaf(first))}>
            {t("filter.add_condition")}
          </Button>
        ) : null}
        {related ? (
          <Button size="small" onClick={() => add(related)}>
            {t("filter.add_related")}
          </Button>
        ) : null}
        {plain ? null : (
          <Button size="small" onClick={() => add({ segment: "", off: false })}>
            {t("filter.add_segment")}
          </Button>
        )}
        {first && !nested ? (
          <Button size="small" onClick={() => add({ joint: "or", parts: [firstLeaf(first)] })}>
            {t("filter.add_group")}
          </Button>
        ) : null}
      </div>
    </div>
  );
}

export function RemoveButton({ onClick }: { onClick: () => void }) {
  const { t } = useFormat();
  return (
    <Button
      type="text"
      aria-label={t("filter.remove")}
      icon={<Trash2 size={15} aria-hidden />}
      onClick={onClick}
    />
  );
}

type LeafRowProps = {
  meta: ObjectMeta;
  fields: FieldMeta[];
  leaf: Leaf;
  onChange: (leaf: Leaf) => void;
  onRemove: () => void;
};

function LeafRow({ meta, fields, leaf, onChange, onRemove }: LeafRowProps) {
  const { t } = useFormat();
  const field = fieldOf(meta, leaf.field);
  return (
    <div className={styles.rowLine}>
      <select
        className={styles.native}
        aria-label={t("filter.which_field")}
        value={leaf.field}
        onChange={(event) => {
          const next = fieldOf(meta, event.target.value);
          if (next) onChange(firstLeaf(next));
        }}
      >
        {fields.map((one) => (
          <option key={one.name} value={one.name}>
            {one.label}
          </option>
        ))}
      </select>
      {field ? <OperatorSelect field={field} leaf={leaf} onChange={onChange} /> : <span>{leaf.op}</span>}
      {field ? (
        <LeafValue field={field} leaf={leaf} onChange={onChange} />
      ) : (
        <span>{String(leaf.value)}</span>
      )}
      <RemoveButton onClick={onRemove} />
    </div>
  );
}
