/** The whole filter as a form: conditions joined by and / or, with groups one level deep. */
import { Button } from "antd";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { SidePanel } from "@/kit/side-panel";
import { useFormat } from "../fields/use-format";
import { type Filter, isComplete, isLeaf, type Leaf, settleMe, simplify } from "../model/filter";
import { type FieldMeta, fieldOf, type ObjectMeta } from "../model/meta";
import { firstLeaf, LeafValue, OperatorSelect } from "./condition-editor";
import type { FilterProps } from "./filter-bar";
import styles from "./filter-bar.module.css";
import { FilterText } from "./filter-text";

type Joint = "and" | "or";
type Group = { joint: Joint; parts: (Leaf | Group | { kept: Filter })[] };

/** What the form cannot draw (a "not", deeper nesting) is kept as it is and shown in words. */
function toGroup(filter: Filter | null, depth = 0): Group {
  if (!filter) return { joint: "and", parts: [] };
  if (isLeaf(filter) || "not" in filter)
    return { joint: "and", parts: [isLeaf(filter) ? filter : { kept: filter }] };
  const joint: Joint = "and" in filter ? "and" : "or";
  const parts = "and" in filter ? filter.and : filter.or;
  return {
    joint,
    parts: parts.map((part) =>
      isLeaf(part) ? part : "not" in part || depth > 0 ? { kept: part } : toGroup(part, depth + 1),
    ),
  };
}

function toFilter(group: Group): Filter | null {
  const parts = group.parts
    .map((part) =>
      "kept" in part
        ? part.kept
        : "joint" in part
          ? toFilter(part)
          : isComplete(part)
            ? settleMe(part)
            : null,
    )
    .filter((part): part is Filter => part !== null);
  return simplify(group.joint === "and" ? { and: parts } : { or: parts });
}

export function AdvancedFilter({ meta, filter, onChange, onClose }: FilterProps & { onClose: () => void }) {
  const { t } = useFormat();
  const [group, setGroup] = useState(() => toGroup(filter));
  return (
    <SidePanel
      open
      onClose={onClose}
      title={t("filter.advanced")}
      width={680}
      footer={
        <div className={styles.editorFoot}>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button
            type="primary"
            onClick={() => {
              onChange(toFilter(group));
              onClose();
            }}
          >
            {t("filter.apply")}
          </Button>
        </div>
      }
    >
      <GroupEditor meta={meta} group={group} onChange={setGroup} nested={false} />
    </SidePanel>
  );
}

type GroupEditorProps = { meta: ObjectMeta; group: Group; onChange: (group: Group) => void; nested: boolean };

function GroupEditor({ meta, group, onChange, nested }: GroupEditorProps) {
  const { t } = useFormat();
  const fields = meta.fields.filter((field) => field.filterable && field.operators.length > 0);
  const first = fields[0];
  const setPart = (index: number, part: Group["parts"][number] | null) => {
    const parts = group.parts.slice();
    if (part) parts[index] = part;
    else parts.splice(index, 1);
    onChange({ ...group, parts });
  };
  const add = (part: Group["parts"][number]) => onChange({ ...group, parts: [...group.parts, part] });
  return (
    <div className={nested ? styles.box : styles.rows}>
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
        {first && !nested ? (
          <Button size="small" onClick={() => add({ joint: "or", parts: [firstLeaf(first)] })}>
            {t("filter.add_group")}
          </Button>
        ) : null}
      </div>
    </div>
  );
}

function RemoveButton({ onClick }: { onClick: () => void }) {
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
