import { Button, Dropdown, Tooltip } from "antd";
import { MoreHorizontal, Pencil, PenLine } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useGo } from "@/kit/use-go";
import { useHotkey } from "@/kit/use-hotkey";
import { useIsPhone } from "@/kit/use-is-phone";
import { useFormat } from "../fields/use-format";
import type { ObjectMeta, RecordData } from "../model/meta";
import { COMPOSER_ID } from "./composer";
import styles from "./detail.module.css";
import { type Offered, offeredActions, useActions, useDelete } from "./use-actions";

const EditPanel = lazy(async () => ({ default: (await import("../form/form-panel")).EditPanel }));
const HistoryPanel = lazy(async () => ({ default: (await import("./history-panel")).HistoryPanel }));
const ShareDialog = lazy(async () => ({ default: (await import("./share-dialog")).ShareDialog }));
const ConfirmDelete = lazy(async () => ({ default: (await import("./confirm-delete")).ConfirmDelete }));

type ActionBarProps = { meta: ObjectMeta; record: RecordData; onGone: () => void };
type Open = "edit" | "history" | "share" | "delete" | null;
const DIRECT = 3;

export function ActionBar({ meta, record, onGone }: ActionBarProps) {
  const { t } = useFormat();
  const phone = useIsPhone();
  const go = useGo();
  const [open, setOpen] = useState<Open>(null);
  const { start, element } = useActions(meta, (gone) => gone && onGone());
  const remove = useDelete(meta, onGone);
  const moveByPath = meta.detail?.path_field && meta.board?.move ? [meta.board.move] : [];
  const offered = offeredActions(meta, record, moveByPath);
  // At hand stands what can be done now; what cannot, with its reason, and what gives away is one click further
  // unless it is what the record waits for.
  const ready = offered.filter(({ action, allowed }) => allowed && (action.primary || !action.danger));
  const direct = ready.slice(0, phone ? 2 : DIRECT);
  const rest = offered.filter((one) => !direct.includes(one));
  const edit = record.can?.edit;
  const mayShare = meta.can.share ?? edit === true;
  const del = record.can?.delete;
  useHotkey("e", () => setOpen("edit"), { enabled: edit === true && open === null });

  const items = [
    ...rest.map(({ action, allowed, reason }) => ({
      key: action.name,
      label: action.label,
      danger: action.danger,
      disabled: !allowed,
      title: reason ?? "",
      onClick: () => start(action, record),
    })),
    ...(record.can?.merge === true
      ? [
          {
            key: ":merge",
            label: t("merge.open"),
            onClick: () => go(`/duplicates/compare?object=${meta.name}&one=${record.id}`),
          },
        ]
      : []),
    { key: ":history", label: t("history.title"), onClick: () => setOpen("history") },
    ...(mayShare ? [{ key: ":share", label: t("share.title"), onClick: () => setOpen("share") }] : []),
    ...(del === undefined
      ? []
      : [
          {
            key: ":delete",
            label: t("action.delete"),
            danger: true,
            disabled: del !== true,
            title: typeof del === "string" ? del : "",
            onClick: () => setOpen("delete"),
          },
        ]),
  ];
  return (
    <div className={`${styles.actions} ${styles.sticky ?? ""}`}>
      {phone && (meta.detail?.composer.length ?? 0) > 0 ? (
        <Button icon={<PenLine size={14} aria-hidden />} onClick={toComposer}>
          {t("composer.open")}
        </Button>
      ) : null}
      {direct.map((one) => (
        <ActionButton key={one.action.name} offered={one} onClick={() => start(one.action, record)} />
      ))}
      {edit === undefined ? null : (
        <Reasoned reason={typeof edit === "string" ? edit : null}>
          <Button
            icon={<Pencil size={14} aria-hidden />}
            disabled={edit !== true}
            onClick={() => setOpen("edit")}
          >
            {t("action.edit")}
          </Button>
        </Reasoned>
      )}
      <Dropdown menu={{ items }} trigger={["click"]}>
        <Button aria-label={t("action.more")} icon={<MoreHorizontal size={16} aria-hidden />} />
      </Dropdown>
      {element}
      <Suspense fallback={null}>
        {open === "edit" ? (
          <EditPanel object={meta.name} id={record.id} onClose={() => setOpen(null)} />
        ) : null}
        {open === "history" ? (
          <HistoryPanel meta={meta} record={record} onClose={() => setOpen(null)} />
        ) : null}
        {open === "share" ? (
          <ShareDialog object={meta.name} id={record.id} onClose={() => setOpen(null)} />
        ) : null}
        {open === "delete" ? (
          <ConfirmDelete
            meta={meta}
            record={record}
            onConfirm={() => remove(record)}
            onClose={() => setOpen(null)}
          />
        ) : null}
      </Suspense>
    </div>
  );
}

function toComposer() {
  const box = document.getElementById(COMPOSER_ID);
  box?.scrollIntoView({ block: "center" });
  box?.querySelector<HTMLElement>("textarea, input")?.focus({ preventScroll: true });
}

function ActionButton({ offered, onClick }: { offered: Offered; onClick: () => void }) {
  const { action, allowed, reason } = offered;
  return (
    <Reasoned reason={reason}>
      <Button
        {...(action.primary && allowed && !action.danger ? { type: "primary" as const } : {})}
        danger={action.danger}
        disabled={!allowed}
        onClick={onClick}
      >
        {action.label}
      </Button>
    </Reasoned>
  );
}

/** A button that cannot be pressed says why to a mouse, a finger, a keyboard and a screen reader alike. */
function Reasoned({ reason, children }: { reason: string | null; children: React.ReactElement }) {
  if (!reason) return children;
  return (
    <Tooltip title={reason} trigger={["hover", "focus", "click"]}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a disabled button takes no focus, its reason must */}
      <span tabIndex={0} role="note" aria-label={reason}>
        {children}
      </span>
    </Tooltip>
  );
}
