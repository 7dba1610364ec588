import { Button, Checkbox, Input, InputNumber, Select, Switch } from "antd";
import { ArrowDown, ArrowUp, Trash2 } from "lucide-react";
import { lazy, Suspense, useId, useState } from "react";
import type { FilterNode } from "@/api/types";
import { useT } from "@/i18n/index";
import { RecordPicker } from "@/kit/record-picker";
import { useMeta } from "@/objects/data/meta";
import { FilterText } from "@/objects/list/filter-text";
import { parseFilter } from "@/objects/model/filter";
import type { Rule, Rules } from "./queries";
import styles from "./recycling.module.css";

const FilterForm = lazy(async () => ({ default: (await import("@/objects/list/filter-form")).FilterForm }));

type RuleCardProps = {
  rule: Rule;
  rules: Rules;
  errors: Record<string, string>;
  first: boolean;
  last: boolean;
  onChange: (rule: Rule) => void;
  onMove: (step: number) => void;
  onRemove: () => void;
};

/** One rule, read as a sentence: after how long of what, for whom, to where, warned when. */
export function RuleCard({ rule, rules, errors, first, last, onChange, onMove, onRemove }: RuleCardProps) {
  const t = useT("recycling");
  const name = rule.name || t("unnamed");
  const set = (values: Partial<Rule>) => onChange({ ...rule, ...values });
  return (
    <li className={`${styles.rule} ${rule.active ? "" : styles.off}`}>
      <div className={styles.line}>
        <Switch
          size="small"
          checked={rule.active}
          aria-label={t("active", { name })}
          onChange={(active) => set({ active })}
        />
        <Input
          className={styles.name ?? ""}
          aria-label={t("name")}
          placeholder={t("name")}
          maxLength={60}
          value={rule.name}
          status={errors.name ? "error" : ""}
          onChange={(event) => set({ name: event.target.value })}
        />
        <span className={styles.tools}>
          <Button
            type="text"
            disabled={first}
            aria-label={t("up", { name })}
            icon={<ArrowUp size={15} />}
            onClick={() => onMove(-1)}
          />
          <Button
            type="text"
            disabled={last}
            aria-label={t("down", { name })}
            icon={<ArrowDown size={15} />}
            onClick={() => onMove(1)}
          />
          <Button
            type="text"
            danger
            aria-label={t("remove", { name })}
            icon={<Trash2 size={15} />}
            onClick={onRemove}
          />
        </span>
      </div>
      <div className={styles.line}>
        <Select
          aria-label={t("reason")}
          value={rule.reason}
          options={rules.reasons.map((one) => ({ value: one.code, label: one.label }))}
          onChange={(reason) => set({ reason })}
        />
        <InputNumber
          aria-label={t("days")}
          className={styles.number ?? ""}
          min={1}
          max={730}
          value={rule.days}
          status={errors.days ? "error" : ""}
          onChange={(days) => set({ days: days ?? 0 })}
        />
        <Select
          aria-label={t("kindOfDays")}
          value={rule.working_days}
          options={[
            { value: false, label: t("calendarDays") },
            { value: true, label: t("workingDays") },
          ]}
          onChange={(working) => set({ working_days: working })}
        />
        <span>{t("warn")}</span>
        <InputNumber
          aria-label={t("warnDays")}
          className={styles.number ?? ""}
          min={0}
          max={60}
          value={rule.warn_days}
          status={errors.warn_days ? "error" : ""}
          onChange={(warn) => set({ warn_days: warn ?? 0 })}
        />
        <span>{t("warnAfter")}</span>
      </div>
      <Condition
        object={rules.object}
        rule={rule}
        error={errors.condition}
        onChange={(condition) => set({ condition })}
      />
      <div className={styles.line}>
        <span>{t("to")}</span>
        <RecordPicker
          object="pools"
          className={styles.picker}
          label={t("byArea")}
          value={rule.pool ? [rule.pool.id] : []}
          known={rule.pool ? [{ id: rule.pool.id, label: rule.pool.label ?? "", sub: "" }] : []}
          onChange={(_, [found]) => set({ pool: found ? { id: found.id, label: found.label } : null })}
        />
        {rules.spares.map((spare) => (
          <Checkbox
            key={spare.code}
            checked={rule.spared_by.includes(spare.code)}
            onChange={(event) =>
              set({
                spared_by: event.target.checked
                  ? [...rule.spared_by, spare.code]
                  : rule.spared_by.filter((code) => code !== spare.code),
              })
            }
          >
            {t("spare", { what: spare.label })}
          </Checkbox>
        ))}
      </div>
      {Object.keys(errors).length > 0 ? (
        <p className={styles.error} role="alert">
          {Object.values(errors).join(" ")}
        </p>
      ) : null}
    </li>
  );
}

type ConditionProps = {
  object: string;
  rule: Rule;
  error: string | undefined;
  onChange: (condition: FilterNode | null) => void;
};

function Condition({ object, rule, error, onChange }: ConditionProps) {
  const t = useT("recycling");
  const id = useId();
  const { data: meta } = useMeta(object);
  const [open, setOpen] = useState(false);
  const filter = parseFilter(rule.condition);
  return (
    <>
      <div className={styles.line}>
        <span id={id}>{t("for")}</span>
        <span className={error ? styles.error : styles.words}>
          {meta && filter ? <FilterText meta={meta} filter={filter} /> : t("everyOne")}
        </span>
        <Button
          size="small"
          aria-describedby={id}
          aria-expanded={open}
          disabled={!meta}
          onClick={() => setOpen(!open)}
        >
          {t(open ? "done" : "condition")}
        </Button>
        {filter && !open ? (
          <Button size="small" type="text" onClick={() => onChange(null)}>
            {t("clear")}
          </Button>
        ) : null}
      </div>
      {open && meta ? (
        <Suspense fallback={null}>
          <FilterForm
            meta={meta}
            filter={filter}
            plain={false}
            onChange={(next) => onChange(next as FilterNode | null)}
          />
        </Suspense>
      ) : null}
    </>
  );
}
