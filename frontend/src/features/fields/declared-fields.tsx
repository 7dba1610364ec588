import { useT } from "@/i18n/index";
import type { FieldsOf } from "./definition";
import styles from "./fields.module.css";

/** What every installation has: shown so that nobody adds it a second time, and not changed here. */
export function DeclaredFields({ of }: { of: FieldsOf }) {
  const t = useT("fields");
  const typeOf = (type: string) =>
    of.types.find((one) => one.type === type)?.label ?? t(`type_${type}`, { defaultValue: type });
  const sectionOf = (key: string) => of.sections.find((section) => section.key === key)?.label ?? "";
  return (
    <details className={styles.fold}>
      <summary>{t("declared", { count: of.declared.length })}</summary>
      <ul>
        {of.declared.map((field) => (
          <li key={field.name} className={styles.row}>
            <span className={styles.name}>
              <span>{field.label}</span>
              <code>{field.name}</code>
            </span>
            <span className={styles.type}>{typeOf(field.type)}</span>
            <span className={styles.marks}>
              <span>{sectionOf(field.section)}</span>
              {field.required ? <span>{t("required")}</span> : null}
              {field.computed ? <span>{t("computed")}</span> : null}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
