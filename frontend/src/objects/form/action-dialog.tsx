/** What a command still needs to know, asked in one small dialog; a refusal stays in it with what was typed. */
import { Button, Modal } from "antd";
import { type ReactNode, useId, useState } from "react";
import { ApiError } from "@/api/client";
import { useMessage } from "@/kit/use-message";
import { useFormat } from "../fields/use-format";
import { type FieldMeta, isBlank, type RecordData, toWritable } from "../model/meta";
import { type SortedProblem, sortProblem } from "../model/problem";
import { ErrorSummary } from "./error-summary";
import { FieldRow } from "./field-row";
import styles from "./form.module.css";

type ActionDialogProps = {
  title: string;
  text?: string | null;
  fields: FieldMeta[];
  initial?: Record<string, unknown>;
  /** What the command is about, for an input that looks at one of its fields (money at the currency). */
  record?: RecordData;
  danger?: boolean;
  /** What stands above the fields, and may fill them in. */
  above?: (values: Record<string, unknown>, set: (name: string, value: unknown) => void) => ReactNode;
  okLabel: string;
  run: (params: Record<string, unknown>) => Promise<void>;
  onClose: () => void;
};

export function ActionDialog({
  title,
  text,
  fields,
  initial,
  record,
  danger,
  above,
  okLabel,
  run,
  onClose,
}: ActionDialogProps) {
  const { t } = useFormat();
  const message = useMessage();
  const idPrefix = useId();
  const [values, setValues] = useState<Record<string, unknown>>(() => ({
    ...Object.fromEntries(
      fields.filter((field) => field.default !== null).map((field) => [field.name, field.default]),
    ),
    ...initial,
  }));
  const [problem, setProblem] = useState<SortedProblem | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit() {
    const missing = fields.filter((field) => field.required && isBlank(values[field.name]));
    if (missing.length > 0) {
      const byField = Object.fromEntries(
        missing.map((field) => [field.name, t("form.required", { label: field.label })]),
      );
      return setProblem({ byField, general: [] });
    }
    setBusy(true);
    try {
      await run(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toWritable(value)])));
      onClose();
    } catch (error) {
      if (error instanceof ApiError) {
        const words = error.status === 0 ? t("edit.offline") : error.detail;
        const sorted = sortProblem(
          error.errors,
          words,
          fields.map((field) => field.name),
        );
        // The rule that refused is always said, also when single fields are named beside it.
        setProblem(
          error.detail && !sorted.general.includes(words)
            ? { ...sorted, general: [words, ...sorted.general] }
            : sorted,
        );
      } else message.error(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal
      open
      title={title}
      width={480}
      onCancel={onClose}
      footer={[
        <Button key="cancel" onClick={onClose}>
          {t("action.cancel")}
        </Button>,
        <Button key="ok" type="primary" danger={danger ?? false} loading={busy} onClick={() => void submit()}>
          {okLabel}
        </Button>,
      ]}
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit();
        }}
      >
        {text ? <p className={styles.said}>{text}</p> : null}
        {above?.(values, (name, value) => setValues((old) => ({ ...old, [name]: value })))}
        <ErrorSummary problem={problem} fields={fields} idPrefix={idPrefix} />
        <div className={`${styles.grid} ${styles.single}`}>
          {fields.map((field, index) => (
            <FieldRow
              key={field.name}
              field={field}
              idPrefix={idPrefix}
              value={values[field.name]}
              values={{ ...record, ...values }}
              error={problem?.byField[field.name]}
              autoFocus={index === 0}
              onChange={(value) => setValues((old) => ({ ...old, [field.name]: value }))}
            />
          ))}
        </div>
        <input type="submit" hidden />
      </form>
    </Modal>
  );
}
