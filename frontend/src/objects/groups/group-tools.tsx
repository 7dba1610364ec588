import { ChevronDown } from "lucide-react";
import { useFormat } from "../fields/use-format";
import { Pop } from "../list/filter-bar";
import barStyles from "../list/filter-bar.module.css";
import type { Measure, MeasureOp } from "../model/filter";
import { type LayoutOptions, PERIODS } from "../model/layout-options";
import type { ObjectMeta } from "../model/meta";
import { groupableFields, isDated, levelFor, levelOf, measurableFields, withPeriod } from "./group-rules";
import styles from "./groups.module.css";

const OPS: MeasureOp[] = ["sum", "avg", "max", "min"];

type GroupToolsProps = {
  meta: ObjectMeta;
  levels: string[];
  measures: Measure[];
  onChange: (change: Partial<LayoutOptions>) => void;
};

/** By what the rows are grouped, one or two levels deep, and which figures stand beside each group. */
export function GroupTools({ meta, levels, measures, onChange }: GroupToolsProps) {
  const { t } = useFormat();
  const numbers = measurableFields(meta);
  const setLevel = (index: number, level: string) => {
    const next = levels.slice();
    if (level) next[index] = level;
    else next.splice(index, 1);
    onChange({ group: [...new Set(next)], order: "" });
  };
  return (
    <div className={styles.tools}>
      <LevelSelect
        meta={meta}
        label={t("groups.by")}
        level={levels[0] ?? ""}
        onPick={(level) => setLevel(0, level)}
      />
      <LevelSelect
        meta={meta}
        label={t("groups.then_by")}
        level={levels[1] ?? ""}
        optional
        taken={levels[0] ?? ""}
        onPick={(level) => setLevel(1, level)}
      />
      {numbers.length > 0 ? (
        <Pop
          button={
            <button
              type="button"
              className={barStyles.quick}
              data-on={measures.length > 0}
              aria-haspopup="dialog"
            >
              {measures.length > 0
                ? t("groups.figures_chosen", { count: measures.length })
                : t("groups.figures")}
              <ChevronDown size={14} aria-hidden />
            </button>
          }
          content={() => (
            <div className={styles.figures}>
              {numbers.map((field) => {
                const chosen = measures.filter((one) => one.field === field.name).map((one) => one.op);
                return (
                  <label key={field.name} className={styles.figureRow}>
                    {field.label}
                    <select
                      className={barStyles.native}
                      style={{ width: 110 }}
                      aria-label={t("groups.figure_of", { label: field.label })}
                      value={chosen[0] ?? ""}
                      onChange={(event) => {
                        const rest = measures.filter((one) => one.field !== field.name);
                        const op = event.target.value as MeasureOp | "";
                        onChange({ measures: op ? [...rest, { op, field: field.name }] : rest, order: "" });
                      }}
                    >
                      <option value="">{t("groups.no_figure")}</option>
                      {OPS.map((op) => (
                        <option key={op} value={op}>
                          {t(`measure.${op}`)}
                        </option>
                      ))}
                    </select>
                  </label>
                );
              })}
            </div>
          )}
        />
      ) : null}
    </div>
  );
}

type LevelSelectProps = {
  meta: ObjectMeta;
  label: string;
  level: string;
  onPick: (level: string) => void;
  optional?: boolean;
  taken?: string;
};

function LevelSelect({ meta, label, level, onPick, optional, taken = "" }: LevelSelectProps) {
  const { t } = useFormat();
  const found = levelOf(meta, level);
  const fields = groupableFields(meta).filter((field) => isDated(field) || field.name !== taken);
  return (
    <label>
      {label}
      <select
        className={barStyles.native}
        value={found?.field.name ?? ""}
        onChange={(event) => {
          const field = fields.find((one) => one.name === event.target.value);
          onPick(field ? levelFor(field) : "");
        }}
      >
        {optional ? <option value="">{t("groups.no_level")}</option> : null}
        {fields.map((field) => (
          <option key={field.name} value={field.name}>
            {field.label}
          </option>
        ))}
      </select>
      {found && isDated(found.field) ? (
        <select
          className={barStyles.native}
          aria-label={t("groups.period", { label: found.field.label })}
          value={found.period}
          onChange={(event) => onPick(withPeriod(level, event.target.value))}
        >
          {PERIODS.map((period) => (
            <option key={period} value={period}>
              {t(`groups.per_${period}`)}
            </option>
          ))}
        </select>
      ) : null}
    </label>
  );
}
