import { Button } from "antd";
import { type KeyboardEvent, Suspense, useEffect, useId, useRef, useState } from "react";
import { SkeletonLine } from "@/kit/skeleton";
import { kindOf } from "../fields/registry";
import { useFormat } from "../fields/use-format";
import { type FieldMeta, type RecordData, toWritable } from "../model/meta";
import styles from "./grid.module.css";
import type { InlineSave } from "./use-inline-save";

export type EditorExit = "stay" | "next" | "previous";

type CellEditorProps = {
  record: RecordData;
  field: FieldMeta;
  save: InlineSave;
  onDone: (exit: EditorExit) => void;
};

type Trouble =
  | { kind: "refused"; message: string }
  | { kind: "conflict"; theirs: unknown; current: RecordData };

const POPUPS = ".ant-select-dropdown, .ant-picker-dropdown";

/**
 * One value being changed where it stands. Leaving the cell saves; Escape gives the old value back; a refusal or a
 * conflict keeps the editor open with what was typed, so nothing is ever lost by looking elsewhere.
 */
export function CellEditor({ record, field, save, onDone }: CellEditorProps) {
  const kind = kindOf(field);
  const context = useFormat();
  const { t } = context;
  const id = useId();
  const [value, setValue] = useState<unknown>(field.masked ? "" : record[field.name]);
  const [saving, setSaving] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  // Some inputs take what was typed only with the key that also ends the edit, before this is drawn again.
  const latest = useRef(value);
  const box = useRef<HTMLDivElement>(null);
  const busy = useRef(false);
  const first = useRef(JSON.stringify(toWritable(field.masked ? "" : record[field.name])));

  useEffect(() => {
    // A lazily loaded input mounts after the click; without this the first keystroke would go nowhere.
    const focus = () => box.current?.querySelector<HTMLElement>("input, textarea, button")?.focus();
    focus();
    const timer = window.setTimeout(focus, 120);
    return () => window.clearTimeout(timer);
  }, []);

  async function commit(next: unknown, exit: EditorExit, over: RecordData = record) {
    if (busy.current) return;
    if (over === record && JSON.stringify(toWritable(next)) === first.current) return onDone(exit);
    busy.current = true;
    setSaving(true);
    const outcome = await save(over, field, next).finally(() => {
      busy.current = false;
      setSaving(false);
    });
    if (outcome.kind === "saved") onDone(exit);
    else setTrouble(outcome);
  }

  function keyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      onDone("stay");
    } else if (
      event.key === "Enter" &&
      !kind.commitOnChange &&
      (!kind.wide || event.ctrlKey || event.metaKey)
    ) {
      event.preventDefault();
      end("stay");
    } else if (event.key === "Tab") {
      event.preventDefault();
      end(event.shiftKey ? "previous" : "next");
    }
    event.stopPropagation();
  }

  function end(exit: EditorExit) {
    window.setTimeout(() => void commit(latest.current, exit), 0);
  }

  // Before the input sees it: a list that opened by itself must not take the first Escape for itself.
  function giveUp(event: KeyboardEvent) {
    if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    onDone("stay");
  }

  function leave() {
    window.setTimeout(() => {
      const at = document.activeElement;
      if (trouble || !box.current || box.current.contains(at) || at?.closest(POPUPS)) return;
      void commit(latest.current, "stay");
    }, 0);
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the input inside
    <div
      ref={box}
      className={styles.editor}
      onKeyDownCapture={giveUp}
      onKeyDown={keyDown}
      onBlur={leave}
      onClick={(event) => event.stopPropagation()}
    >
      <label htmlFor={id} className="km-hidden">
        {field.label}
      </label>
      <div className={saving ? styles.saving : undefined}>
        <Suspense fallback={<SkeletonLine width="100%" height={24} />}>
          <kind.Input
            id={id}
            field={field}
            value={value}
            values={record}
            autoFocus
            open={kind.commitOnChange}
            size="small"
            invalid={trouble !== null}
            describedBy={trouble ? `${id}-trouble` : undefined}
            onChange={(next) => {
              latest.current = next;
              setValue(next);
              setTrouble(null);
              if (kind.commitOnChange) void commit(next, "stay");
            }}
          />
        </Suspense>
      </div>
      {trouble ? (
        <div id={`${id}-trouble`} className={styles.beside} role="alert">
          {trouble.kind === "refused" ? <p className={styles.bad}>{trouble.message}</p> : null}
          {trouble.kind === "conflict" ? (
            <>
              <p>{t("edit.conflict")}</p>
              <dl className={styles.both}>
                <dt>{t("edit.yours")}</dt>
                <dd>{kind.text(field, value, context, record) || t("value.blank")}</dd>
                <dt>{t("edit.theirs")}</dt>
                <dd>{kind.text(field, trouble.theirs, context, trouble.current) || t("value.blank")}</dd>
              </dl>
              <div className={styles.buttons}>
                <Button
                  size="small"
                  type="primary"
                  onClick={() => void commit(value, "stay", trouble.current)}
                >
                  {t("edit.keep_yours")}
                </Button>
                <Button size="small" onClick={() => onDone("stay")}>
                  {t("edit.keep_theirs")}
                </Button>
              </div>
            </>
          ) : (
            <Button size="small" type="link" onClick={() => onDone("stay")}>
              {t("edit.discard")}
            </Button>
          )}
        </div>
      ) : null}
    </div>
  );
}
