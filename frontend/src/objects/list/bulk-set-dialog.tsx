import { Button, Modal } from "antd";
import { Trash2 } from "lucide-react";
import { useId, useState } from "react";
import { useMessage } from "@/kit/use-message";
import { kindOf } from "../fields/registry";
import { useFormat } from "../fields/use-format";
import { FieldRow } from "../form/field-row";
import formStyles from "../form/form.module.css";
import { fieldOf, type ObjectMeta, toWritable } from "../model/meta";
import styles from "./filter-bar.module.css";

type BulkSetDialogProps = {
  meta: ObjectMeta;
  count: number | null;
  run: (params: Record<string, unknown>) => Promise<void>;
  onClose: () => void;
};

/** Which fields, and what they become: an empty value empties the field, and is said so. */
export function BulkSetDialog({ meta, count, run, onClose }: BulkSetDialogProps) {
  const { t } = useFormat();
  const message = useMessage();
  const idPrefix = useId();
  const [values, setValues] = useState<Record<string, unknown>>({});
  const [busy, setBusy] = useState(false);
  const settable = meta.fields.filter(
    (field) =>
      !field.read_only &&
      !field.create_only &&
      !field.computed &&
      !field.masked &&
      !field.unique &&
      !kindOf(field).single &&
      field.name !== meta.title_field,
  );
  const names = Object.keys(values);
  const submit = async () => {
    setBusy(true);
    try {
      await run(Object.fromEntries(names.map((name) => [name, toWritable(values[name])])));
      onClose();
    } catch (error) {
      message.error(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t("bulk.set_fields")}
      width={520}
      onCancel={onClose}
      okText={t("bulk.set_count", { count: count ?? t("bulk.all") })}
      okButtonProps={{ disabled: names.length === 0, loading: busy }}
      onOk={() => void submit()}
    >
      <div className={formStyles.form}>
        {names.map((name) => {
          const field = fieldOf(meta, name);
          if (!field) return null;
          const remove = () =>
            setValues((old) => Object.fromEntries(Object.entries(old).filter(([key]) => key !== name)));
          return (
            <div key={name} className={styles.joint}>
              <div className={styles.grow}>
                <FieldRow
                  field={{ ...field, required: false, help: t("bulk.blank_empties") }}
                  idPrefix={idPrefix}
                  value={values[name]}
                  values={values}
                  onChange={(value) => setValues((old) => ({ ...old, [name]: value }))}
                />
              </div>
              <Button
                type="text"
                aria-label={t("bulk.drop_field", { label: field.label })}
                icon={<Trash2 size={15} aria-hidden />}
                onClick={remove}
              />
            </div>
          );
        })}
        <select
          className={styles.native}
          aria-label={t("bulk.pick_field")}
          value=""
          onChange={(event) => setValues((old) => ({ ...old, [event.target.value]: null }))}
        >
          <option value="" disabled>
            {t("bulk.pick_field")}
          </option>
          {settable
            .filter((field) => !(field.name in values))
            .map((field) => (
              <option key={field.name} value={field.name}>
                {field.label}
              </option>
            ))}
        </select>
      </div>
    </Modal>
  );
}
