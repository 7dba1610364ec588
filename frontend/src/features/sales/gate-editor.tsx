import { Button, Select } from "antd";
import { Plus, Trash2 } from "lucide-react";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { SaveBar, useDocument } from "../admin/public";
import { SortableRow } from "../fields/public";
import styles from "./sales.module.css";

type Item = { id?: string; label: string; label_en: string; required: boolean };
type Gate = { required_fields: string[]; fields: { name: string; label: string }[]; items: Item[] };

/** What a stage asks for: fields before it is entered, a checklist before it is left. */
export function GateEditor({ stage, name, kind }: { stage: string; name: string; kind: string }) {
  const t = useT("sales");
  const document = useDocument<Gate>(`/stages/${stage}/gate`, ({ required_fields, items }) => ({
    required_fields,
    items,
  }));
  const gate = document.value;
  if (document.error) return <ErrorState compact error={document.error} onRetry={document.reload} />;
  if (!gate) return <SkeletonRows rows={2} />;
  const put = (change: Partial<Gate>) => document.change({ ...gate, ...change });
  const set = (index: number, change: Partial<Item>) =>
    put({ items: gate.items.map((item, at) => (at === index ? { ...item, ...change } : item)) });
  return (
    <Card title={t("gate.of", { stage: name })}>
      <div className={styles.stack}>
        {kind === "lost" ? null : (
          <div>
            <p className={styles.said}>{t("gate.fields")}</p>
            <Select
              mode="multiple"
              className={styles.grow}
              style={{ width: "100%" }}
              aria-label={t("gate.fields")}
              placeholder={t("gate.no_fields")}
              value={gate.required_fields}
              options={gate.fields.map((field) => ({ value: field.name, label: field.label }))}
              optionFilterProp="label"
              onChange={(required_fields: string[]) => put({ required_fields })}
            />
          </div>
        )}
        {kind === "open" ? (
          <div>
            <p className={styles.said}>{t("gate.items")}</p>
            <ul className={styles.rules}>
              {gate.items.map((item, index) => (
                <SortableRow
                  // biome-ignore lint/suspicious/noArrayIndexKey: a new line has no other name.
                  key={item.id ?? `new${index}`}
                  list={`gate-${stage}`}
                  index={index}
                  count={gate.items.length}
                  label={item.label}
                  onMove={(from, to) => put({ items: moved(gate.items, from, to) })}
                >
                  <span className={styles.row}>
                    <input
                      type="text"
                      className={styles.grow}
                      maxLength={200}
                      aria-label={t("gate.label")}
                      placeholder={t("gate.label")}
                      value={item.label}
                      onChange={(event) => set(index, { label: event.target.value })}
                    />
                    <input
                      type="text"
                      className={styles.grow}
                      maxLength={200}
                      aria-label={t("gate.label_en")}
                      placeholder={t("gate.label_en")}
                      value={item.label_en}
                      onChange={(event) => set(index, { label_en: event.target.value })}
                    />
                    <label className={styles.check}>
                      <input
                        type="checkbox"
                        checked={item.required}
                        onChange={(event) => set(index, { required: event.target.checked })}
                      />
                      {t("gate.required")}
                    </label>
                    <Button
                      size="small"
                      type="text"
                      aria-label={t("gate.remove", { label: item.label })}
                      icon={<Trash2 size={14} aria-hidden />}
                      onClick={() => put({ items: gate.items.filter((_, at) => at !== index) })}
                    />
                  </span>
                </SortableRow>
              ))}
            </ul>
            <Button
              size="small"
              icon={<Plus size={14} aria-hidden />}
              onClick={() => put({ items: [...gate.items, { label: "", label_en: "", required: true }] })}
            >
              {t("gate.add")}
            </Button>
          </div>
        ) : null}
      </div>
      <SaveBar document={document} />
    </Card>
  );
}

/** The list with one element in another place. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  const [one] = next.splice(from, 1);
  if (one !== undefined) next.splice(to, 0, one);
  return next;
}
