import { Button, Switch } from "antd";
import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import { useLocale, useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import styles from "./dictionary-editor.module.css";
import { SaveBar } from "./save-bar";
import { useDocument } from "./use-document";
import { ChangeLine, type VersionChange, Versions } from "./versions";

type Item = { value: string; label_zh: string; label_en: string; color: string | null; active: boolean };
type Dictionary = { items: (Item & { fresh?: boolean })[] };

const COLORS = ["blue", "green", "orange", "red", "purple", "cyan", "gold", "gray"];
const NO_COLOR = "default";
/** What the history calls the parts of a value. */
const WORDS: Record<string, string> = {
  label_zh: "dictionaries.zh",
  label_en: "dictionaries.en",
  color: "dictionaries.color",
  active: "dictionaries.active",
};

/** Values in use are switched off, not removed: records keep what they say. The order here is the order everywhere. */
export function DictionaryEditor({ code }: { code: string }) {
  const t = useT("admin");
  const english = useLocale() === "en";
  const nameOf = (item: Item) => (english && item.label_en) || item.label_zh;
  const colorName = (color: string) =>
    color === NO_COLOR ? t("dictionaries.noColor") : COLORS.includes(color) ? t(`color.${color}`) : color;
  const document = useDocument<Dictionary>(`/admin/dictionaries/${code}`, (value) => ({
    items: value.items.map(({ fresh: _, ...item }) => item),
  }));
  const items = document.value?.items;
  if (document.error) return <ErrorState error={document.error} onRetry={document.reload} />;
  if (!items) return <SkeletonRows rows={5} />;

  const put = (next: Dictionary["items"]) => document.change({ items: next });
  const set = (index: number, change: Partial<Item>) =>
    put(items.map((item, at) => (at === index ? { ...item, ...change } : item)));
  function move(index: number, by: number) {
    const next = [...(items ?? [])];
    const [item] = next.splice(index, 1);
    if (item) next.splice(index + by, 0, item);
    put(next);
  }

  const tell = ({ name, label = "", old, new: now }: VersionChange) => {
    if (name === "added") return t("dictionaries.added", { label });
    if (name === "position") return t("dictionaries.order");
    const words = (value: unknown) => {
      if (typeof value === "boolean") return t(value ? "dictionaries.yes" : "dictionaries.no");
      return name === "color" ? colorName(String(value)) : String(value);
    };
    const what = t(WORDS[name] ?? name, { label: "" }).trim();
    return (
      <ChangeLine name={t("dictionaries.field_of", { label, what })} old={words(old)} now={words(now)} />
    );
  };

  return (
    <div>
      <Card flush>
        <ul>
          {items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the code of a new value changes while it is typed
            <li key={index} className={styles.row}>
              <input
                className={styles.code}
                aria-label={t("dictionaries.code")}
                placeholder={t("dictionaries.code")}
                value={item.value}
                readOnly={!item.fresh}
                spellCheck={false}
                onChange={(event) => set(index, { value: event.target.value })}
              />
              <input
                className={styles.text}
                aria-label={t("dictionaries.zh")}
                placeholder={t("dictionaries.zh")}
                lang="zh-CN"
                value={item.label_zh}
                onChange={(event) => set(index, { label_zh: event.target.value })}
              />
              <input
                className={styles.text}
                aria-label={t("dictionaries.en")}
                placeholder={t("dictionaries.en")}
                lang="en"
                value={item.label_en}
                onChange={(event) => set(index, { label_en: event.target.value })}
              />
              <select
                className={styles.color}
                aria-label={t("dictionaries.color")}
                value={item.color ?? NO_COLOR}
                onChange={(event) => set(index, { color: event.target.value })}
              >
                <option value={NO_COLOR}>{t("dictionaries.noColor")}</option>
                {[
                  ...new Set([...COLORS, ...(item.color && item.color !== NO_COLOR ? [item.color] : [])]),
                ].map((color) => (
                  <option key={color} value={color}>
                    {colorName(color)}
                  </option>
                ))}
              </select>
              <Switch
                size="small"
                aria-label={t("dictionaries.active", { label: nameOf(item) })}
                checked={item.active}
                onChange={(active) => set(index, { active })}
              />
              <span className={styles.tools}>
                <Button
                  type="text"
                  size="small"
                  disabled={index === 0}
                  aria-label={t("dictionaries.up", { label: nameOf(item) })}
                  icon={<ArrowUp size={15} aria-hidden />}
                  onClick={() => move(index, -1)}
                />
                <Button
                  type="text"
                  size="small"
                  disabled={index === items.length - 1}
                  aria-label={t("dictionaries.down", { label: nameOf(item) })}
                  icon={<ArrowDown size={15} aria-hidden />}
                  onClick={() => move(index, 1)}
                />
                {item.fresh ? (
                  <Button
                    type="text"
                    size="small"
                    aria-label={t("dictionaries.drop")}
                    icon={<X size={15} aria-hidden />}
                    onClick={() => put(items.filter((_, at) => at !== index))}
                  />
                ) : null}
              </span>
            </li>
          ))}
        </ul>
        <div className={styles.add}>
          <Button
            icon={<Plus size={15} aria-hidden />}
            onClick={() =>
              put([
                ...items,
                { value: "", label_zh: "", label_en: "", color: NO_COLOR, active: true, fresh: true },
              ])
            }
          >
            {t("dictionaries.add")}
          </Button>
        </div>
      </Card>
      {document.dirty ? null : (
        <Versions path={`/admin/dictionaries/${code}`} tell={tell} onReverted={document.reload} />
      )}
      <SaveBar document={document} />
    </div>
  );
}
