import { Button } from "antd";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useLocale, useT } from "@/i18n/index";
import { FieldOrder } from "./field-order";
import styles from "./fields.module.css";
import { freshKey, type LayoutField, type LayoutSection, putInto } from "./layout";
import { moved } from "./ordered";
import panelStyles from "./panel.module.css";

type LayoutSectionsProps = {
  sections: LayoutSection[];
  fields: LayoutField[];
  readOnly: boolean;
  onChange: (sections: LayoutSection[]) => void;
};

/** The full form: sections with their headings, and the fields of each. What stands in none stays out of the form. */
export function LayoutSections({ sections, fields, readOnly, onChange }: LayoutSectionsProps) {
  const t = useT("fields");
  const english = useLocale() === "en";
  const put = (index: number, change: Partial<LayoutSection>) =>
    onChange(sections.map((section, at) => (at === index ? { ...section, ...change } : section)));
  const nameOf = (section: LayoutSection) => (english && section.label_en) || section.label_zh;
  return (
    <div className={styles.sections}>
      {sections.map((section, index) => (
        <section key={section.key} className={styles.section} aria-label={nameOf(section)}>
          {readOnly ? (
            <h3>{nameOf(section)}</h3>
          ) : (
            <div className={styles.heading}>
              <input
                className={panelStyles.input}
                aria-label={t("heading_zh", { row: index + 1 })}
                lang="zh-CN"
                maxLength={60}
                value={section.label_zh}
                onChange={(event) => put(index, { label_zh: event.target.value })}
              />
              <input
                className={panelStyles.input}
                aria-label={t("heading_en", { row: index + 1 })}
                lang="en"
                maxLength={60}
                value={section.label_en}
                onChange={(event) => put(index, { label_en: event.target.value })}
              />
              <Button
                type="text"
                size="small"
                disabled={index === 0}
                aria-label={t("up", { label: nameOf(section) })}
                icon={<ArrowUp size={15} aria-hidden />}
                onClick={() => onChange(moved(sections, index, index - 1))}
              />
              <Button
                type="text"
                size="small"
                disabled={index === sections.length - 1}
                aria-label={t("down", { label: nameOf(section) })}
                icon={<ArrowDown size={15} aria-hidden />}
                onClick={() => onChange(moved(sections, index, index + 1))}
              />
              <Button
                type="text"
                size="small"
                disabled={sections.length === 1}
                aria-label={t("drop", { label: nameOf(section) })}
                icon={<Trash2 size={15} aria-hidden />}
                onClick={() => onChange(sections.filter((_, at) => at !== index))}
              />
            </div>
          )}
          <FieldOrder
            list={`section-${section.key}`}
            label={nameOf(section)}
            names={section.fields}
            fields={fields}
            readOnly={readOnly}
            onChange={(names) => put(index, { fields: names })}
            onAdd={(name) => onChange(putInto(sections, index, name))}
          />
        </section>
      ))}
      {readOnly ? null : (
        <Button
          size="small"
          icon={<Plus size={14} aria-hidden />}
          onClick={() =>
            onChange([
              ...sections,
              { key: freshKey(sections), label_zh: t("new_section"), label_en: "", fields: [] },
            ])
          }
        >
          {t("add_section")}
        </Button>
      )}
    </div>
  );
}
