import { Button } from "antd";
import { useId, useState } from "react";
import type { Loaded } from "../data/records";
import type { Written } from "../data/writes";
import { useFormat } from "../fields/use-format";
import { MentionPlaceProvider } from "../mentions/place";
import type { FieldMeta, ObjectMeta } from "../model/meta";
import { AlikeNote } from "./alike-note";
import { ConflictView } from "./conflict-view";
import { DuplicateNote } from "./duplicate-note";
import { ErrorSummary } from "./error-summary";
import { FieldRow } from "./field-row";
import styles from "./form.module.css";
import { type LiveCheck, useLiveCheck } from "./use-live-check";
import { type RecordForm, useRecordForm } from "./use-record-form";

type ObjectFormProps = {
  meta: ObjectMeta;
  loaded?: Loaded | null;
  initial?: Record<string, unknown> | undefined;
  onSaved: (written: Written, again: boolean) => void;
  onCancel: () => void;
};

/** What may be filled in here: a field set on creation only is changed later by its own command. */
function isWritable(field: FieldMeta, creating: boolean): boolean {
  return !field.read_only && !field.computed && (creating || !field.create_only);
}

/** Fields by section; those of no declared section come first, under no heading. */
function grouped(
  meta: ObjectMeta,
  fields: FieldMeta[],
): { key: string; label: string; fields: FieldMeta[] }[] {
  const known = new Set(meta.sections.map((section) => section.key));
  const loose = fields.filter((field) => !known.has(field.section ?? ""));
  const sections = meta.sections.map((section) => ({
    ...section,
    fields: fields.filter((field) => field.section === section.key),
  }));
  return [{ key: "", label: "", fields: loose }, ...sections].filter((section) => section.fields.length > 0);
}

export function ObjectForm({ meta, loaded = null, initial, onSaved, onCancel }: ObjectFormProps) {
  const { t } = useFormat();
  const idPrefix = useId();
  const [again, setAgain] = useState(false);
  const form = useRecordForm({ meta, loaded, initial, onSaved: (written) => onSaved(written, again) });
  const check = useLiveCheck(meta, form.values, form.changes, loaded === null);
  const writable = meta.fields.filter((field) => isWritable(field, loaded === null));
  const quick = writable.filter((field) => field.quick || field.required);
  const few = loaded || quick.length === 0 ? writable : quick;
  // A value outside the quick fields (given by the caller, or refused by the server) must be seen.
  const hiddenMatters = writable.some(
    (field) => !few.includes(field) && (form.problem?.byField[field.name] || field.name in form.changes),
  );
  const [wanted, setWanted] = useState(few.length === writable.length);
  const all = wanted || hiddenMatters;
  const shown = all ? writable : few;

  if (form.clash) {
    return (
      <ConflictView
        meta={meta}
        conflicts={form.clash.conflicts}
        busy={form.busy}
        onSettle={form.settle}
        onBack={form.leaveClash}
      />
    );
  }
  const rows = { meta, form, check, idPrefix, first: shown[0] };
  const submit = (more: boolean) => {
    setAgain(more);
    void form.save();
  };
  return (
    <MentionPlaceProvider value={loaded ? { object: meta.name, id: loaded.record.id } : null}>
      <form
        className={styles.form}
        noValidate
        {...check.composition}
        onSubmit={(event) => {
          event.preventDefault();
          submit(false);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            submit(false);
          }
        }}
      >
        {form.restored ? <DraftNote form={form} /> : null}
        <ErrorSummary problem={form.problem} fields={writable} idPrefix={idPrefix} />
        {all ? (
          grouped(meta, shown).map((section) => (
            <fieldset key={section.key} className={styles.section}>
              {section.label ? <legend className={styles.legend}>{section.label}</legend> : null}
              <div className={styles.grid}>
                <Rows {...rows} fields={section.fields} />
              </div>
            </fieldset>
          ))
        ) : (
          <div className={`${styles.grid} ${styles.single}`}>
            <Rows {...rows} fields={shown} />
          </div>
        )}
        {all ? null : (
          <Button className={styles.more ?? ""} type="link" onClick={() => setWanted(true)}>
            {t("form.more_fields", { count: writable.length - shown.length })}
          </Button>
        )}
        <div className={styles.foot}>
          <span className={styles.keys}>{t("form.keys")}</span>
          <Button onClick={onCancel}>{t("action.cancel")}</Button>
          {loaded ? null : (
            <Button loading={form.busy && again} onClick={() => submit(true)}>
              {t("form.save_and_next")}
            </Button>
          )}
          <Button
            type="primary"
            htmlType="submit"
            loading={form.busy && !again}
            disabled={loaded !== null && !form.dirty}
          >
            {t("action.save")}
          </Button>
        </div>
      </form>
    </MentionPlaceProvider>
  );
}

type RowsProps = {
  meta: ObjectMeta;
  fields: FieldMeta[];
  form: RecordForm;
  check: LiveCheck;
  idPrefix: string;
  first: FieldMeta | undefined;
};

function Rows({ meta, fields, form, check, idPrefix, first }: RowsProps) {
  return fields.map((field) => {
    const value = form.values[field.name];
    const refused = form.problem?.byField[field.name];
    const double = refused ? undefined : check.doubles[field.name];
    const alike = check.alike[field.name];
    return (
      <FieldRow
        key={field.name}
        field={field}
        idPrefix={idPrefix}
        value={value}
        values={form.values}
        error={refused ?? check.wrong[field.name]}
        caution={
          double && !alike
            ? (id) => <DuplicateNote meta={meta} id={id} message={double} value={value} />
            : alike
              ? (id) => <AlikeNote meta={meta} id={id} doubles={alike} />
              : undefined
        }
        autoFocus={field === first}
        onChange={(next) => form.change(field.name, next)}
        onEnter={() => check.enter(field.name)}
        onLeave={() => check.leave(field.name)}
      />
    );
  });
}

function DraftNote({ form }: { form: RecordForm }) {
  const { t } = useFormat();
  return (
    <p className={styles.note} role="status">
      <span>{t("form.draft_restored")}</span>
      <Button size="small" onClick={form.discard}>
        {t("form.draft_discard")}
      </Button>
    </p>
  );
}
