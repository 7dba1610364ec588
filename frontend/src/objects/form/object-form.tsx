import { Button } from "antd";
import { useId, useState } from "react";
import type { Loaded } from "../data/records";
import type { Written } from "../data/writes";
import { useFormat } from "../fields/use-format";
import { MentionPlaceProvider } from "../mentions/place";
import { isAskedFor, isShown, type Reader } from "../model/condition";
import { formSections, quickFields } from "../model/form-layout";
import type { FieldMeta, ObjectMeta } from "../model/meta";
import { AlikeNote } from "./alike-note";
import { ConflictView } from "./conflict-view";
import { DuplicateNote } from "./duplicate-note";
import { ErrorSummary } from "./error-summary";
import { FieldRow } from "./field-row";
import styles from "./form.module.css";
import { type LiveCheck, useLiveCheck } from "./use-live-check";
import { useReader } from "./use-reader";
import { type RecordForm, useRecordForm } from "./use-record-form";

type ObjectFormProps = {
  meta: ObjectMeta;
  loaded?: Loaded | null;
  initial?: Record<string, unknown> | undefined;
  onSaved: (written: Written, again: boolean) => void;
  onCancel: () => void;
};

export function ObjectForm({ meta, loaded = null, initial, onSaved, onCancel }: ObjectFormProps) {
  const { t } = useFormat();
  const idPrefix = useId();
  const [again, setAgain] = useState(false);
  const form = useRecordForm({
    meta,
    loaded,
    initial,
    onSaved: (written) => onSaved(written, again),
    onWaiting: onCancel,
  });
  const check = useLiveCheck(meta, form.values, form.changes, loaded?.record.id ?? null);
  const reader = useReader();
  const isNow = (field: FieldMeta) => isShown(field, form.values, reader);
  const sections = formSections(meta, loaded === null)
    .map((section) => ({ ...section, fields: section.fields.filter(isNow) }))
    .filter((section) => section.fields.length > 0);
  const writable = sections.flatMap((section) => section.fields);
  const quick = loaded ? [] : quickFields(meta).filter(isNow);
  const few = quick.length === 0 ? writable : quick;
  // A value outside the quick fields (given by the caller, or refused by the server) must be seen.
  const hiddenMatters = writable.some(
    (field) => !few.includes(field) && (form.problem?.byField[field.name] || field.name in form.changes),
  );
  const [wanted, setWanted] = useState(quick.length === 0);
  const rest = writable.filter((field) => !few.includes(field)).length;
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
  // What is known from where one came is not where typing begins.
  const first = shown.find((field) => !(field.name in (initial ?? {}))) ?? shown[0];
  const rows = { meta, form, check, idPrefix, reader, first };
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
          sections.map((section) => (
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
        {all || rest === 0 ? null : (
          <Button className={styles.more ?? ""} type="link" onClick={() => setWanted(true)}>
            {t("form.more_fields", { count: rest })}
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
  reader: Reader;
  first: FieldMeta | undefined;
};

function Rows({ meta, fields, form, check, idPrefix, reader, first }: RowsProps) {
  return fields.map((field) => {
    const value = form.values[field.name];
    const refused = form.problem?.byField[field.name];
    const double = refused ? undefined : check.doubles[field.name];
    const alike = check.alike[field.name];
    return (
      <FieldRow
        key={field.name}
        field={{ ...field, required: isAskedFor(field, form.values, reader) }}
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
