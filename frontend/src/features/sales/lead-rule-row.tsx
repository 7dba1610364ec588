import { Button } from "antd";
import { Trash2 } from "lucide-react";
import type { FilterNode } from "@/api/types";
import { useT } from "@/i18n/index";
import { RecordPicker } from "@/kit/record-picker";
import { ConditionField, SortableRow } from "../fields/public";
import styles from "./sales.module.css";

type Common = { id?: string; name: string; active: boolean; condition: FilterNode | null };
export type Scoring = Common & { points: number };
const TARGETS = { user: "users", team: "teams", pool: "pools" } as const;
export type Assignment = Common & {
  target_kind: keyof typeof TARGETS;
  target: { id: string | null; label: string | null };
};
export type Rules = { scoring: Scoring[]; assignment: Assignment[] };

type RuleRowProps = {
  kind: keyof Rules;
  rule: Scoring | Assignment;
  index: number;
  count: number;
  onChange: (next: Scoring | Assignment) => void;
  onMove: (from: number, to: number) => void;
  onRemove: () => void;
};

/** One rule: its name, when it holds, and what follows. */
export function RuleRow({ kind, rule, index, count, onChange, onMove, onRemove }: RuleRowProps) {
  const t = useT("sales");
  return (
    <SortableRow list={kind} index={index} count={count} label={rule.name} onMove={onMove}>
      <div className={styles.rule}>
        <div className={styles.row}>
          <input
            type="text"
            className={styles.grow}
            maxLength={60}
            aria-label={t("rules.name")}
            placeholder={t("rules.name")}
            value={rule.name}
            onChange={(event) => onChange({ ...rule, name: event.target.value })}
          />
          {"points" in rule ? (
            <label className={styles.check}>
              {t("rules.points")}
              <input
                type="number"
                className={styles.short}
                min={-100}
                max={100}
                value={rule.points}
                onChange={(event) => onChange({ ...rule, points: Number(event.target.value) })}
              />
            </label>
          ) : (
            <TargetPicker rule={rule} onChange={onChange} />
          )}
          <label className={styles.check}>
            <input
              type="checkbox"
              checked={rule.active}
              onChange={(event) => onChange({ ...rule, active: event.target.checked })}
            />
            {t("rules.active")}
          </label>
          <Button
            size="small"
            type="text"
            aria-label={t("rules.remove", { name: rule.name })}
            icon={<Trash2 size={14} aria-hidden />}
            onClick={onRemove}
          />
        </div>
        <ConditionField
          object="leads"
          label={t("rules.condition")}
          hint={t("rules.condition_hint")}
          error={undefined}
          value={rule.condition}
          plain={false}
          onChange={(condition) => onChange({ ...rule, condition })}
        />
      </div>
    </SortableRow>
  );
}

function TargetPicker({ rule, onChange }: { rule: Assignment; onChange: (next: Assignment) => void }) {
  const t = useT("sales");
  return (
    <>
      <select
        aria-label={t("rules.to")}
        value={rule.target_kind}
        onChange={(event) =>
          onChange({
            ...rule,
            target_kind: event.target.value as Assignment["target_kind"],
            target: { id: null, label: null },
          })
        }
      >
        {Object.keys(TARGETS).map((kind) => (
          <option key={kind} value={kind}>
            {t(`rules.to_${kind}`)}
          </option>
        ))}
      </select>
      <RecordPicker
        key={rule.target_kind}
        className={styles.grow}
        object={TARGETS[rule.target_kind]}
        label={t("rules.to")}
        placeholder={t("rules.choose")}
        value={rule.target.id ? [rule.target.id] : []}
        onChange={(_, [found]) =>
          onChange({ ...rule, target: { id: found?.id ?? null, label: found?.label ?? null } })
        }
      />
    </>
  );
}
