import { Button } from "antd";
import { ShieldCheck, X } from "lucide-react";
import { useState } from "react";
import { useT } from "@/i18n/index";
import { EmptyState } from "@/kit/states";
import styles from "./field-rules.module.css";
import type { Catalogue, FieldAccess, FieldRule } from "./queries";

const ACCESS: FieldAccess[] = ["hidden", "masked", "read_only", "editable"];

type FieldRulesProps = { catalogue: Catalogue; rules: FieldRule[]; onChange: (rules: FieldRule[]) => void };

/** Fields this role sees otherwise than the rest: in lists, details, search, export, reports and history alike. */
export function FieldRules({ catalogue, rules, onChange }: FieldRulesProps) {
  const t = useT("admin");
  const [object, setObject] = useState(catalogue.fields[0]?.object ?? "");
  const group = catalogue.fields.find((item) => item.object === object);
  const taken = new Set(rules.filter((rule) => rule.object === object).map((rule) => rule.field));
  const free = group?.fields.filter((field) => !taken.has(field.name)) ?? [];
  const labels = (rule: FieldRule) => {
    const of = catalogue.fields.find((item) => item.object === rule.object);
    return [
      of?.label ?? rule.object,
      of?.fields.find((item) => item.name === rule.field)?.label ?? rule.field,
    ];
  };

  function add(field: string) {
    if (field) onChange([...rules, { object, field, access: "masked" }]);
  }

  return (
    <div className={styles.box}>
      {rules.length === 0 ? (
        <EmptyState icon={ShieldCheck} title={t("fields.empty")} text={t("fields.emptyText")} />
      ) : (
        <ul>
          {rules.map((rule) => {
            const [objectLabel, fieldLabel] = labels(rule);
            return (
              <li key={`${rule.object}.${rule.field}`} className={styles.row}>
                <span className={styles.name}>
                  <small>{objectLabel}</small> {fieldLabel}
                </span>
                <select
                  className={styles.select}
                  aria-label={`${objectLabel} ${fieldLabel}`}
                  value={rule.access}
                  onChange={(event) =>
                    onChange(
                      rules.map((item) =>
                        item === rule ? { ...rule, access: event.target.value as FieldAccess } : item,
                      ),
                    )
                  }
                >
                  {ACCESS.map((access) => (
                    <option key={access} value={access}>
                      {t(`fields.${access}`)}
                    </option>
                  ))}
                </select>
                <Button
                  type="text"
                  aria-label={t("fields.remove", { field: fieldLabel })}
                  icon={<X size={16} aria-hidden />}
                  onClick={() => onChange(rules.filter((item) => item !== rule))}
                />
              </li>
            );
          })}
        </ul>
      )}
      <div className={styles.add}>
        <select
          className={styles.select}
          aria-label={t("roles.object")}
          value={object}
          onChange={(event) => setObject(event.target.value)}
        >
          {catalogue.fields.map((item) => (
            <option key={item.object} value={item.object}>
              {item.label}
            </option>
          ))}
        </select>
        <select
          className={styles.select}
          aria-label={t("fields.add")}
          value=""
          onChange={(event) => add(event.target.value)}
        >
          <option value="">{t("fields.add")}</option>
          {free.map((field) => (
            <option key={field.name} value={field.name}>
              {field.label}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}
