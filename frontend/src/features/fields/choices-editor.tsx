import { Button } from "antd";
import { Plus, X } from "lucide-react";
import { useT } from "@/i18n/index";
import { type Choice, freshValue } from "./definition";
import styles from "./fields.module.css";
import { moved } from "./ordered";
import panelStyles from "./panel.module.css";
import { SortableRow } from "./sortable-row";

const COLORS = ["default", "blue", "green", "orange", "red", "purple", "cyan", "gold"];

type ChoicesEditorProps = {
  choices: Choice[];
  error: string | undefined;
  onChange: (choices: Choice[]) => void;
};

/** A choice that records may hold is switched off, never removed: they keep what they say. */
export function ChoicesEditor({ choices, error, onChange }: ChoicesEditorProps) {
  const t = useT("fields");
  const put = (index: number, change: Partial<Choice>) =>
    onChange(choices.map((choice, at) => (at === index ? { ...choice, ...change } : choice)));
  const add = () =>
    onChange([
      ...choices,
      { value: freshValue(choices), label_zh: "", label_en: "", color: "default", active: true },
    ]);
  return (
    <section className={panelStyles.box} aria-label={t("choices")}>
      <h3>{t("choices")}</h3>
      {error ? (
        <p className={panelStyles.problem} role="alert">
          {error}
        </p>
      ) : null}
      <ul>
        {choices.map((choice, index) => {
          const label = choice.label_zh || String(index + 1);
          return (
            <SortableRow
              // biome-ignore lint/suspicious/noArrayIndexKey: a new choice has no value before it is saved
              key={index}
              list="choices"
              index={index}
              count={choices.length}
              label={label}
              onMove={(from, to) => onChange(moved(choices, from, to))}
            >
              <input
                className={panelStyles.input}
                aria-label={t("choice_zh", { row: index + 1 })}
                placeholder={t("label_zh")}
                lang="zh-CN"
                maxLength={60}
                value={choice.label_zh}
                onChange={(event) => put(index, { label_zh: event.target.value })}
                onKeyDown={(event) => {
                  if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
                  event.preventDefault();
                  add();
                }}
              />
              <input
                className={panelStyles.input}
                aria-label={t("choice_en", { row: index + 1 })}
                placeholder={t("label_en")}
                lang="en"
                maxLength={60}
                value={choice.label_en}
                onChange={(event) => put(index, { label_en: event.target.value })}
              />
              <select
                className={panelStyles.color}
                aria-label={t("color_of", { label })}
                value={choice.color || "default"}
                onChange={(event) => put(index, { color: event.target.value })}
              >
                {[...new Set([...COLORS, choice.color || "default"])].map((color) => (
                  <option key={color} value={color}>
                    {t(`color_${color}`, { defaultValue: color })}
                  </option>
                ))}
              </select>
              {choice.value ? (
                <label className={styles.switch}>
                  <input
                    type="checkbox"
                    checked={choice.active}
                    aria-label={t("active_of", { label })}
                    onChange={(event) => put(index, { active: event.target.checked })}
                  />
                  {t("active")}
                </label>
              ) : (
                <Button
                  type="text"
                  size="small"
                  aria-label={t("drop", { label })}
                  icon={<X size={15} aria-hidden />}
                  onClick={() => onChange(choices.filter((_, at) => at !== index))}
                />
              )}
            </SortableRow>
          );
        })}
      </ul>
      <Button size="small" icon={<Plus size={14} aria-hidden />} onClick={add}>
        {t("add_choice")}
      </Button>
    </section>
  );
}
