import { Button } from "antd";
import { Copy, ExternalLink, Trash2 } from "lucide-react";
import type { Row } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import { SaveBar, useDocument } from "../admin/public";
import { SortableRow } from "../fields/public";
import { moved } from "./gate-editor";
import styles from "./sales.module.css";

type Asked = { name: string; required: boolean; label_zh: string; label_en: string };
type Design = { fields: Asked[]; known: { name: string; label: string }[]; path: string };

/** The questions of a form in their order, its address, and the line that shows it in another site. */
export function FormDesign({ form, name }: { form: Row; name: string }) {
  const t = useT("sales");
  const document = useDocument<Design>(`/web-forms/${form.id}/design`, ({ fields }) => ({ fields }));
  const design = document.value;
  if (document.error) return <ErrorState error={document.error} onRetry={document.reload} />;
  if (!design) return <SkeletonRows rows={5} />;
  const labels = new Map(design.known.map((one) => [one.name, one.label]));
  const left = design.known.filter((one) => !design.fields.some((asked) => asked.name === one.name));
  const put = (fields: Asked[]) => document.change({ ...design, fields });
  const set = (index: number, change: Partial<Asked>) =>
    put(design.fields.map((one, at) => (at === index ? { ...one, ...change } : one)));
  return (
    <div className={styles.stack}>
      <Publish path={design.path} form={form} name={name} />
      <Card title={t("forms.questions")}>
        <ul className={styles.rules}>
          {design.fields.map((asked, index) => (
            <SortableRow
              key={asked.name}
              list="form"
              index={index}
              count={design.fields.length}
              label={labels.get(asked.name) ?? asked.name}
              onMove={(from, to) => put(moved(design.fields, from, to))}
            >
              <span className={styles.row}>
                <b className={styles.short}>{labels.get(asked.name) ?? asked.name}</b>
                {(["label_zh", "label_en"] as const).map((key) => (
                  <input
                    key={key}
                    type="text"
                    className={styles.grow}
                    maxLength={60}
                    aria-label={t(`forms.${key}`)}
                    placeholder={t(`forms.${key}`)}
                    value={asked[key]}
                    onChange={(event) => set(index, { [key]: event.target.value })}
                  />
                ))}
                <label className={styles.check}>
                  <input
                    type="checkbox"
                    checked={asked.required}
                    disabled={asked.name === "name"}
                    onChange={(event) => set(index, { required: event.target.checked })}
                  />
                  {t("forms.required")}
                </label>
                <Button
                  size="small"
                  type="text"
                  disabled={asked.name === "name"}
                  aria-label={t("forms.remove", { label: labels.get(asked.name) ?? asked.name })}
                  icon={<Trash2 size={14} aria-hidden />}
                  onClick={() => put(design.fields.filter((_, at) => at !== index))}
                />
              </span>
            </SortableRow>
          ))}
        </ul>
        {left.length > 0 ? (
          <div className={styles.row}>
            <select
              aria-label={t("forms.add")}
              value=""
              onChange={(event) =>
                put([
                  ...design.fields,
                  { name: event.target.value, required: false, label_zh: "", label_en: "" },
                ])
              }
            >
              <option value="">{t("forms.add")}</option>
              {left.map((one) => (
                <option key={one.name} value={one.name}>
                  {one.label}
                </option>
              ))}
            </select>
          </div>
        ) : null}
        <SaveBar document={document} />
      </Card>
    </div>
  );
}

function Publish({ path, form, name }: { path: string; form: Row; name: string }) {
  const t = useT("sales");
  const message = useMessage();
  const address = `${window.location.origin}${path}`;
  const snippet = `<iframe src="${address}" title="${name.replace(/["<>&]/g, "")}" width="100%" height="720" style="border:0"></iframe>`;
  const copy = (text: string) =>
    navigator.clipboard.writeText(text).then(
      () => message.success(t("forms.copied")),
      () => message.error(t("forms.not_copied")),
    );
  return (
    <Card
      title={name}
      extra={
        <span className={styles.tools}>
          <AppLink path={`/web-forms/${form.id}`}>{t("forms.settings")}</AppLink>
          <a href={path} target="_blank" rel="noopener">
            {t("forms.open")} <ExternalLink size={12} aria-hidden />
          </a>
        </span>
      }
    >
      <div className={styles.stack}>
        <p className={styles.said}>{t("forms.address")}</p>
        <code className={styles.code}>{address}</code>
        <p className={styles.said}>{t("forms.embed")}</p>
        <code className={styles.code}>{snippet}</code>
        <div className={styles.tools}>
          <Button size="small" icon={<Copy size={14} aria-hidden />} onClick={() => void copy(address)}>
            {t("forms.copy_address")}
          </Button>
          <Button size="small" icon={<Copy size={14} aria-hidden />} onClick={() => void copy(snippet)}>
            {t("forms.copy_snippet")}
          </Button>
        </div>
      </div>
    </Card>
  );
}
