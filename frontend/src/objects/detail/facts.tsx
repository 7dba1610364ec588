import { type KeyboardEvent, useState } from "react";
import { useIsPhone } from "@/kit/use-is-phone";
import { worthText } from "../fields/format";
import { kindOf } from "../fields/registry";
import { useFormat } from "../fields/use-format";
import { useReader } from "../form/use-reader";
import { CellEditor } from "../list/cell-editor";
import { type InlineSave, useInlineSave } from "../list/use-inline-save";
import { isShown } from "../model/condition";
import { type FieldMeta, fieldsNamed, isBlank, type ObjectMeta, type RecordData } from "../model/meta";
import styles from "./facts.module.css";
import { Reveal } from "./reveal";

const ON_PHONE = 5;

type FactsProps = { meta: ObjectMeta; record: RecordData };

/** The key facts; what is blank, or what a form would not show, stays out of sight until all fields are asked for. */
export function Facts({ meta, record }: FactsProps) {
  const { t } = useFormat();
  const save = useInlineSave(meta.name);
  const phone = useIsPhone();
  const reader = useReader();
  const [all, setAll] = useState(false);
  const mayEdit = record.can?.edit === true && !record.deleted_at;
  const named = meta.detail?.facts ?? [];
  const key = fieldsNamed(meta, named.length > 0 ? named : meta.list.columns);
  // A value masked to nothing is there all the same where it may be asked for.
  const holds = (field: FieldMeta) => !isBlank(record[field.name]) || record.masked?.[field.name] === true;
  const filled = key.filter(
    (field) => holds(field) && field.name !== meta.title_field && isShown(field, record, reader),
  );
  // On a phone what happened and what comes next must not lie below a screen of facts.
  const few = phone ? filled.slice(0, ON_PHONE) : filled;
  const known = new Set(meta.sections.map((section) => section.key));
  const sections = [...meta.sections, { key: "", label: t("detail.other") }].map((section) => ({
    ...section,
    fields: meta.fields.filter(
      (field) => (known.has(field.section ?? "") ? field.section : "") === section.key,
    ),
  }));
  const rows = (fields: FieldMeta[]) =>
    fields.map((field) => (
      <Fact
        key={field.name}
        object={meta.name}
        field={field}
        record={record}
        editable={mayEdit && !record.masked?.[field.name] && field.inline_edit && !field.read_only}
        save={save}
      />
    ));
  return (
    <div className={styles.list}>
      {all ? (
        sections
          .filter((section) => section.fields.length > 0)
          .map((section) => (
            <section key={section.key}>
              <h3 className={styles.group}>{section.label}</h3>
              <dl>{rows(section.fields)}</dl>
            </section>
          ))
      ) : (
        <dl>{rows(few)}</dl>
      )}
      <button type="button" className={styles.more} aria-expanded={all} onClick={() => setAll(!all)}>
        {all ? t("detail.show_key") : t("detail.show_all", { count: meta.fields.length })}
      </button>
    </div>
  );
}

type FactProps = {
  object: string;
  field: FieldMeta;
  record: RecordData;
  editable: boolean;
  save: InlineSave;
};

function Fact({ object, field, record, editable, save }: FactProps) {
  const context = useFormat();
  const { t } = context;
  const [editing, setEditing] = useState(false);
  const { Cell } = kindOf(field);
  const worth = worthText(field, record);
  const cell = (
    <>
      <Cell field={field} value={record[field.name]} record={record} />{" "}
      {worth ? <span className={styles.worth}>≈ {worth}</span> : null}
    </>
  );
  const reveal = record.masked?.[field.name] === true;
  const keyDown = (event: KeyboardEvent) => {
    if (event.key !== "F2") return;
    event.preventDefault();
    setEditing(true);
  };
  return (
    <div className={styles.fact}>
      <dt title={field.help || undefined}>{field.label}</dt>
      <dd>
        {editing ? (
          <div className={styles.open}>
            <CellEditor record={record} field={field} save={save} onDone={() => setEditing(false)} />
          </div>
        ) : editable ? (
          <div className={`${styles.value} ${styles.editable}`}>
            {/* Beside the value, not around it: a value may hold a link, which stays one of its own. */}
            <button
              type="button"
              className={styles.edit}
              aria-label={t("detail.edit_field", {
                label: field.label,
                value: kindOf(field).text(field, record[field.name], context, record),
              })}
              onClick={() => setEditing(true)}
              onKeyDown={keyDown}
            />
            {cell}
          </div>
        ) : (
          <div className={`${styles.value} ${reveal ? styles.withTool : ""}`}>
            {reveal ? (
              <Reveal object={object} id={record.id} field={field}>
                {cell}
              </Reveal>
            ) : (
              cell
            )}
          </div>
        )}
      </dd>
    </div>
  );
}
