import { Button, Dropdown } from "antd";
import { MoreHorizontal, X } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { Job } from "@/api/types";
import { useMessage } from "@/kit/use-message";
import { startBulk, type Target } from "../data/jobs";
import type { Total } from "../data/records";
import { useFormat } from "../fields/use-format";
import { type ActionMeta, type FieldMeta, type ObjectMeta, paramAsField } from "../model/meta";
import styles from "./bulk-bar.module.css";

const ActionDialog = lazy(async () => ({ default: (await import("../form/action-dialog")).ActionDialog }));
const BulkSetDialog = lazy(async () => ({ default: (await import("./bulk-set-dialog")).BulkSetDialog }));
const MembersDialog = lazy(async () => ({
  default: (await import("../segments/members-dialog")).MembersDialog,
}));
const JobDialog = lazy(async () => ({ default: (await import("./job-dialog")).JobDialog }));

type BulkBarProps = {
  meta: ObjectMeta;
  selected: ReadonlySet<string>;
  /** True once "all that match" was chosen: then the filter goes to the server, not ids. */
  everything: boolean;
  onEverything: (on: boolean) => void;
  matching: Total | null;
  moreExist: boolean;
  target: Target;
  deleted: boolean;
  onClear: () => void;
  onChanged: () => void;
};

type Asking = { action: string; label: string; fields: FieldMeta[]; danger: boolean; text: string | null };
const INLINE = 3;

export function BulkBar(props: BulkBarProps) {
  const {
    meta,
    selected,
    everything,
    onEverything,
    matching,
    moreExist,
    target,
    deleted,
    onClear,
    onChanged,
  } = props;
  const { t } = useFormat();
  const message = useMessage();
  const [asking, setAsking] = useState<Asking | null>(null);
  const [setting, setSetting] = useState(false);
  const [members, setMembers] = useState<"add" | "remove" | null>(null);
  const [job, setJob] = useState<{ job: Job; title: string } | null>(null);
  const count = everything ? (matching?.total ?? null) : selected.size;

  async function start(action: string, label: string, params: Record<string, unknown>) {
    setJob({ job: await startBulk(meta.name, target, action, params), title: label });
  }
  const ask = (command: ActionMeta) => {
    const fields = command.params.map(paramAsField);
    if (fields.length > 0 || command.confirm || command.danger || everything) {
      const text =
        command.confirm ?? t("bulk.about", { action: command.label, count: count ?? t("bulk.all") });
      return setAsking({ action: command.name, label: command.label, fields, danger: command.danger, text });
    }
    start(command.name, command.label, {}).catch(message.error);
  };
  const askDelete = () =>
    setAsking({
      action: "delete",
      label: t("action.delete"),
      fields: [],
      danger: true,
      text: t("bulk.delete_text", { count: count ?? t("bulk.all") }),
    });

  const commands = deleted ? [] : meta.actions.filter((action) => action.on.includes("bulk"));
  const shown = commands.slice(0, INLINE);
  const rest = commands.slice(INLINE);
  const menu = [
    ...rest.map((command) => ({
      key: command.name,
      label: command.label,
      danger: command.danger,
      onClick: () => ask(command),
    })),
    ...(deleted
      ? []
      : [{ key: "segment-remove", label: t("segment.remove"), onClick: () => setMembers("remove") }]),
  ];

  if (selected.size === 0 && !everything) return null;
  return (
    <section className={styles.bar} aria-label={t("bulk.bar")}>
      <span className={styles.count} aria-live="polite">
        {everything
          ? t("bulk.all_matching", { count: count ?? "…" })
          : t("bulk.selected", { count: selected.size })}
      </span>
      {moreExist ? (
        <Button type="link" size="small" onClick={() => onEverything(!everything)}>
          {everything
            ? t("bulk.only_selected")
            : matching
              ? t("bulk.choose_all", { count: matching.total })
              : t("bulk.choose_all_uncounted")}
        </Button>
      ) : null}
      <span className={styles.actions}>
        {deleted ? (
          <Button onClick={() => void start("restore", t("action.restore"), {}).catch(message.error)}>
            {t("action.restore")}
          </Button>
        ) : (
          <>
            <Button onClick={() => setMembers("add")}>{t("segment.add")}</Button>
            {meta.can.edit ? <Button onClick={() => setSetting(true)}>{t("bulk.set_fields")}</Button> : null}
            {shown.map((command) => (
              <Button key={command.name} danger={command.danger} onClick={() => ask(command)}>
                {command.label}
              </Button>
            ))}
            {meta.can.delete ? (
              <Button danger onClick={askDelete}>
                {t("action.delete")}
              </Button>
            ) : null}
            {menu.length > 0 ? (
              <Dropdown menu={{ items: menu }} trigger={["click"]}>
                <Button aria-label={t("action.more")} icon={<MoreHorizontal size={16} aria-hidden />} />
              </Dropdown>
            ) : null}
          </>
        )}
        <Button
          type="text"
          aria-label={t("bulk.clear")}
          icon={<X size={16} aria-hidden />}
          onClick={onClear}
        />
      </span>
      <Suspense fallback={null}>
        {asking ? (
          <ActionDialog
            title={asking.label}
            text={asking.text}
            fields={asking.fields}
            danger={asking.danger}
            okLabel={asking.label}
            run={(params) => start(asking.action, asking.label, params)}
            onClose={() => setAsking(null)}
          />
        ) : null}
        {members ? (
          <MembersDialog
            object={meta.name}
            way={members}
            target={target}
            onDone={onClear}
            onClose={() => setMembers(null)}
          />
        ) : null}
        {setting ? (
          <BulkSetDialog
            meta={meta}
            count={count}
            run={(params) => start("set", t("bulk.set_fields"), params)}
            onClose={() => setSetting(false)}
          />
        ) : null}
        {job ? (
          <JobDialog
            job={job.job}
            title={job.title}
            onFinished={onChanged}
            onClose={() => {
              setJob(null);
              onClear();
              onChanged();
            }}
          />
        ) : null}
      </Suspense>
    </section>
  );
}
