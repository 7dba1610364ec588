import { Button } from "antd";
import { useState } from "react";
import { ApiError, api } from "@/api/client";
import { useT } from "@/i18n/index";
import { ConfirmButton } from "@/kit/confirm-button";
import { useMessage } from "@/kit/use-message";
import { FieldOrder } from "./field-order";
import styles from "./fields.module.css";
import { History } from "./history";
import { inherited, type Layout, type LayoutItem, type LayoutsOf, NOTHING, type Part } from "./layout";
import { LayoutPart } from "./layout-part";
import { LayoutSections } from "./layout-sections";
import { ifVersion, useRefresh } from "./queries";

type LayoutFormProps = { of: LayoutsOf; role: string | null; item: LayoutItem | null };

/** The four parts of a layout. A part left open follows what lies below it, and goes on following it. */
export function LayoutForm({ of, role, item }: LayoutFormProps) {
  const t = useT("fields");
  const message = useMessage();
  const refresh = useRefresh(of.object);
  const [layout, setLayout] = useState<Layout>(item?.layout ?? NOTHING);
  const [busy, setBusy] = useState(false);
  const path = `/admin/layouts/${of.object}/${role ?? "default"}`;
  const version = item ? ifVersion(item.version) : {};
  const dirty = JSON.stringify(layout) !== JSON.stringify(item?.layout ?? NOTHING);
  const put = (change: Partial<Layout>) => setLayout((old) => ({ ...old, ...change }));

  async function run(work: () => Promise<unknown>, told: string) {
    setBusy(true);
    try {
      await work();
      message.success(told);
    } catch (error) {
      const why = error instanceof ApiError && error.errors[0]?.message;
      message.error(why || error);
    }
    await refresh();
    setBusy(false);
  }
  const list = (part: Exclude<Part, "sections">) => {
    const below = inherited(of, role, part);
    const fillable = part === "quick";
    return (
      <LayoutPart
        key={part}
        part={part}
        own={layout[part] !== null}
        onOwn={(own) => put({ [part]: own ? below : null })}
      >
        <FieldOrder
          list={part}
          label={t(`part_${part}`)}
          names={layout[part] ?? below}
          fields={of.fields.filter((field) => !fillable || !field.computed)}
          readOnly={layout[part] === null}
          onChange={(names) => put({ [part]: names })}
        />
      </LayoutPart>
    );
  };
  const sections = inherited(of, role, "sections");
  return (
    <>
      {list("quick")}
      <LayoutPart
        part="sections"
        own={layout.sections !== null}
        onOwn={(own) => put({ sections: own ? sections : null })}
      >
        <LayoutSections
          sections={layout.sections ?? sections}
          fields={of.fields.filter((field) => !field.computed)}
          readOnly={layout.sections === null}
          onChange={(next) => put({ sections: next })}
        />
      </LayoutPart>
      {list("facts")}
      {list("columns")}
      {item ? (
        <>
          <History path={path} object={of.object} onReverted={() => undefined} />
          <ConfirmButton
            className={styles.reset ?? ""}
            onConfirm={() => run(() => api.delete(path, undefined, version), t("layout_gone"))}
          >
            {t(role ? "layout_drop_role" : "layout_drop")}
          </ConfirmButton>
        </>
      ) : null}
      {dirty ? (
        <div className={styles.bar} role="status">
          <span>{t("unsaved")}</span>
          <Button onClick={() => setLayout(item?.layout ?? NOTHING)}>{t("cancel")}</Button>
          <Button
            type="primary"
            loading={busy}
            onClick={() => void run(() => api.put(path, { layout }, version), t("layout_saved"))}
          >
            {t("save")}
          </Button>
        </div>
      ) : null}
    </>
  );
}
