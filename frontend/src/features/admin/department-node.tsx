import { Button } from "antd";
import { ChevronRight, Pencil, Plus, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { Row } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { ConfirmButton } from "@/kit/confirm-button";
import styles from "./admin.module.css";
import type { Department } from "./department-tree";
import { textOf } from "./queries";

export type DepartmentActions = {
  busy: boolean;
  add: (parent: Row, name: string) => Promise<boolean>;
  rename: (row: Row, name: string) => Promise<boolean>;
  remove: (row: Row) => Promise<boolean>;
};

export function DepartmentNode({ node, actions }: { node: Department; actions: DepartmentActions }) {
  const t = useT("admin");
  const [open, setOpen] = useState(true);
  const [mode, setMode] = useState<"add" | "rename" | null>(null);
  const { row, name, children } = node;
  const leader = textOf(row.head);
  return (
    <li>
      <div className={styles.node}>
        <button
          type="button"
          className={styles.twist}
          disabled={children.length === 0}
          aria-expanded={open}
          aria-label={open ? t("departments.fold", { name }) : t("departments.unfold", { name })}
          onClick={() => setOpen(!open)}
        >
          <ChevronRight size={15} aria-hidden />
        </button>
        {mode === "rename" ? (
          <InlineName
            label={t("departments.rename", { name })}
            start={name}
            onCancel={() => setMode(null)}
            onSave={async (text) => (await actions.rename(row, text)) && setMode(null)}
          />
        ) : (
          <>
            <span className={styles.name}>
              <AppLink path={`/departments/${row.id}`}>{name}</AppLink>
            </span>
            {leader ? <span className={styles.aside}>{leader}</span> : null}
            <span className={styles.tools}>
              <Button
                type="text"
                size="small"
                aria-label={t("departments.addBelow", { name })}
                title={t("departments.addBelow", { name })}
                icon={<Plus size={15} aria-hidden />}
                onClick={() => setMode("add")}
              />
              <Button
                type="text"
                size="small"
                aria-label={t("departments.rename", { name })}
                title={t("departments.rename", { name })}
                icon={<Pencil size={14} aria-hidden />}
                onClick={() => setMode("rename")}
              />
              {children.length === 0 ? (
                <ConfirmButton
                  type="text"
                  size="small"
                  aria-label={t("departments.remove", { name })}
                  title={t("departments.remove", { name })}
                  onConfirm={async () => void (await actions.remove(row))}
                >
                  <Trash2 size={14} aria-hidden />
                </ConfirmButton>
              ) : null}
            </span>
          </>
        )}
      </div>
      {mode === "add" || (open && children.length > 0) ? (
        <ul>
          {open
            ? children.map((child) => <DepartmentNode key={child.row.id} node={child} actions={actions} />)
            : null}
          {mode === "add" ? (
            <li className={styles.node}>
              <InlineName
                label={t("departments.addBelow", { name })}
                start=""
                onCancel={() => setMode(null)}
                onSave={async (text) => (await actions.add(row, text)) && setMode(null)}
              />
            </li>
          ) : null}
        </ul>
      ) : null}
    </li>
  );
}

type InlineNameProps = {
  label: string;
  start: string;
  onCancel: () => void;
  onSave: (name: string) => Promise<unknown>;
};

function InlineName({ label, start, onCancel, onSave }: InlineNameProps) {
  const t = useT("admin");
  const [name, setName] = useState(start);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim()) void onSave(name.trim());
  }
  return (
    <form className={`${styles.addRow} ${styles.grow}`} style={{ padding: 0 }} onSubmit={submit}>
      <input
        className={styles.inline}
        aria-label={label}
        placeholder={label}
        // biome-ignore lint/a11y/noAutofocus: the person has just asked to type here
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && onCancel()}
      />
      <Button type="primary" htmlType="submit" disabled={!name.trim()}>
        {t("save")}
      </Button>
      <Button onClick={onCancel}>{t("discard")}</Button>
    </form>
  );
}
