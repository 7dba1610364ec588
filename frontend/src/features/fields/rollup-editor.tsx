import { useT } from "@/i18n/index";
import { Field } from "@/kit/field";
import { useMeta } from "@/objects/data/meta";
import type { FieldMeta } from "@/objects/model/meta";
import { ConditionField } from "./condition-field";
import type { FieldsOf, Rollup } from "./definition";
import styles from "./panel.module.css";
import { TrialResult } from "./trial-result";
import type { FieldForm } from "./use-field-form";
import { useTrial } from "./use-trial";

type RollupEditorProps = { of: FieldsOf; form: FieldForm; keyOf: string | null };

const OPS: Rollup["op"][] = ["count", "sum", "min", "max", "last"];
const NUMBERS = ["number", "integer", "money", "percent", "rating"];
const DATES = ["date", "instant"];

const WORDS = ["text", "choice", "phone", "email", "url"];

/** What may be taken of the related records: sums of figures, first and last also of days, "last" of words too; of what is kept, not
 * of what is worked out. */
function takes(op: Rollup["op"], field: FieldMeta): boolean {
  if (field.computed || field.masked) return false;
  if (op === "sum") return NUMBERS.includes(field.type);
  const sized = NUMBERS.includes(field.type) || DATES.includes(field.type);
  return sized || (op === "last" && WORDS.includes(field.type));
}

/** A figure over related records: of which kind, what of them, and which of them count. */
export function RollupEditor({ of, form, keyOf }: RollupEditorProps) {
  const t = useT("fields");
  const { draft, errors, set } = form;
  const rollup = draft.rollup;
  const { data: meta } = useMeta(rollup?.object ?? null);
  const ready = rollup !== null && (rollup.op === "count" || Boolean(rollup.of));
  const trial = useTrial(of.object, draft, keyOf, ready);
  const put = (change: Partial<Rollup>) => {
    const first = of.related[0];
    const base: Rollup = rollup ?? {
      object: first?.object ?? "",
      field: first?.field ?? "",
      op: "count",
      of: null,
      by: null,
      filter: null,
    };
    set({ rollup: { ...base, ...change } });
  };
  const fields = meta && rollup ? meta.fields.filter((field) => takes(rollup.op, field)) : [];
  const days = meta?.fields.filter((field) => DATES.includes(field.type)) ?? [];
  const select = (
    label: string,
    value: string,
    options: { value: string; label: string }[],
    change: (value: string) => void,
    none = t("choose"),
  ) => (
    <Field label={label}>
      {(ids) => (
        <select
          {...ids}
          className={styles.select}
          value={value}
          onChange={(event) => change(event.target.value)}
        >
          <option value="">{none}</option>
          {options.map((one) => (
            <option key={one.value} value={one.value}>
              {one.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
  return (
    <section className={styles.box} aria-label={t("rollup")}>
      <h3>{t("rollup")}</h3>
      {errors.rollup ? (
        <p className={styles.problem} role="alert">
          {errors.rollup}
        </p>
      ) : null}
      <div className={styles.two}>
        {select(
          t("rollup_over"),
          rollup ? `${rollup.object} ${rollup.field}` : "",
          of.related.map((one) => ({
            value: `${one.object} ${one.field}`,
            label: t("rollup_link", { label: one.label, field: one.field_label }),
          })),
          (value) => {
            const [object = "", field = ""] = value.split(" ");
            put({ object, field, of: null, by: null, filter: null });
          },
        )}
        {select(
          t("rollup_op"),
          rollup?.op ?? "",
          OPS.map((op) => ({ value: op, label: t(`op_${op}`) })),
          (value) => put({ op: value as Rollup["op"], of: null }),
        )}
        {rollup && rollup.op !== "count"
          ? select(
              t("rollup_of"),
              rollup.of ?? "",
              fields.map((field) => ({ value: field.name, label: field.label })),
              (value) => put({ of: value || null }),
            )
          : null}
        {rollup?.op === "last"
          ? select(
              t("rollup_by"),
              rollup.by ?? "",
              days.map((field) => ({ value: field.name, label: field.label })),
              (value) => put({ by: value || null }),
              t("rollup_by_created"),
            )
          : null}
      </div>
      {rollup?.object ? (
        <ConditionField
          key={rollup.object}
          object={rollup.object}
          label={t("rollup_filter")}
          hint={t("rollup_filter_hint")}
          error={undefined}
          plain={false}
          value={rollup.filter}
          onChange={(filter) => put({ filter })}
        />
      ) : null}
      {ready ? <TrialResult trial={trial.data} error={trial.error} source="" /> : null}
    </section>
  );
}
