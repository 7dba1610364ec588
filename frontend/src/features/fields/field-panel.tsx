import { Button } from "antd";
import { useLocale, useT } from "@/i18n/index";
import { SidePanel } from "@/kit/side-panel";
import { useHotkey } from "@/kit/use-hotkey";
import type { Definition, FieldsOf } from "./definition";
import { FieldAfterwards } from "./field-afterwards";
import { FieldPreview } from "./field-preview";
import { FieldSettings } from "./field-settings";
import styles from "./panel.module.css";
import { useFieldForm } from "./use-field-form";

type FieldPanelProps = { of: FieldsOf; definition: Definition | null; onClose: () => void };

/** A field added or changed, with what it will look like beside what is settled of it. */
export function FieldPanel({ of, definition, onClose }: FieldPanelProps) {
  const t = useT("fields");
  const english = useLocale() === "en";
  const form = useFieldForm(of, definition, onClose);
  useHotkey("mod+enter", () => void form.save());
  const name = definition ? (english && definition.label_en) || definition.label_zh : "";
  return (
    <SidePanel
      open
      width={760}
      onClose={onClose}
      title={definition ? t("edit_of", { label: name }) : t("add_to", { label: of.label })}
      footer={
        <div className={styles.foot}>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="primary" loading={form.busy} disabled={!form.dirty} onClick={() => void form.save()}>
            {t("save")}
          </Button>
        </div>
      }
    >
      {form.errors[""] ? (
        <p className={styles.problem} role="alert">
          {form.errors[""]}
        </p>
      ) : null}
      <FieldSettings of={of} form={form} definition={definition} />
      <FieldPreview of={of} draft={form.draft} result={definition?.result ?? null} />
      {definition ? <FieldAfterwards of={of} definition={definition} onGone={onClose} /> : null}
    </SidePanel>
  );
}
