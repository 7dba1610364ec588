import { useQueries, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useId, useState } from "react";
import { useMessage } from "@/kit/use-message";
import { keys } from "../data/keys";
import { metaQuery } from "../data/meta";
import { kindOf } from "../fields/registry";
import { useFormat } from "../fields/use-format";
import { ErrorSummary } from "../form/error-summary";
import { FieldRow } from "../form/field-row";
import { useReader } from "../form/use-reader";
import { useRecordForm } from "../form/use-record-form";
import { isShown } from "../model/condition";
import type { ObjectMeta, RecordData } from "../model/meta";
import styles from "./composer.module.css";
import { inherited, linkField } from "./link-to-parent";
import { TabList } from "./tab-list";

/** Where the action bar of a phone leads. */
export const COMPOSER_ID = "composer";

type ComposerProps = { meta: ObjectMeta; record: RecordData };

/** One row to write down what was done and what comes next, whatever kinds of record this one takes notes as. */
export function Composer({ meta, record }: ComposerProps) {
  const { t } = useFormat();
  const found = useQueries({ queries: (meta.detail?.composer ?? []).map((name) => metaQuery(name)) });
  const kinds = found.map((one) => one.data).filter((one): one is ObjectMeta => one?.can.create === true);
  const [chosen, setChosen] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  const current = kinds.find((kind) => kind.name === chosen) ?? kinds[0];
  const link = current ? linkField(meta, current) : null;
  if (!current || !link) return null;
  return (
    <section id={COMPOSER_ID} className={styles.composer} aria-label={t("composer.title")}>
      <TabList
        label={t("composer.title")}
        tabs={kinds.map((kind) => ({ key: kind.name, label: kind.label }))}
        current={current.name}
        onPick={setChosen}
        small
      />
      <ComposerForm
        key={`${current.name}${round}`}
        parent={meta}
        record={record}
        kind={current}
        link={link}
        onDone={() => setRound((count) => count + 1)}
      />
    </section>
  );
}

type ComposerFormProps = {
  parent: ObjectMeta;
  record: RecordData;
  kind: ObjectMeta;
  link: string;
  onDone: () => void;
};

function ComposerForm({ parent, record, kind, link, onDone }: ComposerFormProps) {
  const { t } = useFormat();
  const idPrefix = useId();
  const reader = useReader();
  const client = useQueryClient();
  const message = useMessage();
  const known = inherited(parent, record, kind, link);
  const form = useRecordForm({
    meta: kind,
    loaded: null,
    initial: known,
    draftFor: record.id,
    onSaved: () => {
      message.success(t("composer.saved", { label: kind.label }));
      void client.invalidateQueries({ queryKey: keys.timeline(parent.name, record.id) });
      // Computed facts (last contact and the like) move with it.
      void client.invalidateQueries({ queryKey: keys.one(parent.name, record.id) });
      onDone();
    },
  });
  const fields = kind.fields.filter(
    (field) =>
      (field.quick || field.required) &&
      !field.read_only &&
      !(field.name in known) &&
      isShown(field, form.values, reader),
  );
  const [body, ...others] = [...fields].sort((a, b) => Number(kindOf(b).wide) - Number(kindOf(a).wide));
  // The row of smaller inputs appears once there is something to add to, so an idle composer is one line.
  const [touched, setTouched] = useState(form.dirty);
  if (!body) return null;
  return (
    <form
      noValidate
      onFocus={() => setTouched(true)}
      onSubmit={(event) => {
        event.preventDefault();
        void form.save();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        void form.save();
      }}
    >
      <ErrorSummary problem={form.problem} fields={fields} idPrefix={idPrefix} />
      <div className={styles.body}>
        <FieldRow
          field={body}
          placeholder={body.help || t("composer.write", { kind: kind.label, label: body.label })}
          idPrefix={idPrefix}
          value={form.values[body.name]}
          values={form.values}
          error={form.problem?.byField[body.name]}
          onChange={(value) => form.change(body.name, value)}
        />
      </div>
      {touched || form.dirty ? (
        <div className={styles.row}>
          {others.map((field) => (
            <FieldRow
              key={field.name}
              field={{ ...field, help: "" }}
              idPrefix={idPrefix}
              value={form.values[field.name]}
              values={form.values}
              error={form.problem?.byField[field.name]}
              onChange={(value) => form.change(field.name, value)}
            />
          ))}
          <div className={styles.send}>
            <Button type="primary" htmlType="submit" loading={form.busy} title="Ctrl+Enter">
              {t("composer.save")}
            </Button>
          </div>
        </div>
      ) : null}
    </form>
  );
}
