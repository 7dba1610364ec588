import { Modal } from "antd";
import { useId, useState } from "react";
import { useMe } from "@/access/me";
import { ApiError } from "@/api/client";
import type { ViewShare } from "@/api/types";
import { TextField } from "@/kit/field";
import { useErrorText } from "@/kit/states";
import { useFormat } from "../fields/use-format";
import { FieldRow } from "../form/field-row";
import formStyles from "../form/form.module.css";
import { paramAsField, toWritable } from "../model/meta";
import { sortProblem } from "../model/problem";
import barStyles from "./filter-bar.module.css";
import { OTHER, shareOf, useShareChoices } from "./view-shares";
import viewStyles from "./views.module.css";

type ViewDialogProps = {
  title: string;
  name: string;
  shared: ViewShare | null;
  sharedChange?: boolean;
  run: (values: { name: string; shared: ViewShare | null; shared_change: boolean }) => Promise<void>;
  onClose: () => void;
};

/** The name of a view and who else finds it. What is wrong stands beside what it is about. */
export function ViewDialog({
  title,
  name: before,
  shared,
  sharedChange = false,
  run,
  onClose,
}: ViewDialogProps) {
  const { t } = useFormat();
  const idPrefix = useId();
  const formId = useId();
  const errorText = useErrorText();
  const { choices, first } = useShareChoices(useMe(), shared);
  const [name, setName] = useState(before);
  const [choice, setChoice] = useState(first);
  const [open, setOpen] = useState(sharedChange);
  const [department, setDepartment] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<{ name?: string; other?: string }>({});
  const lacking = choice === OTHER && !department;

  async function submit() {
    if (!name.trim()) return setErrors({ name: t("view.name_missing") });
    if (lacking) return setErrors({ other: t("form.required", { label: t("share.kind_department") }) });
    setBusy(true);
    try {
      const to = shareOf(choice, toWritable(department));
      await run({ name: name.trim(), shared: to, shared_change: to !== null && open });
      onClose();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const found = sortProblem(error.errors, errorText(error), ["name", "shared"]);
      const other = found.byField.shared ?? found.general[0];
      setErrors({
        ...(found.byField.name ? { name: found.byField.name } : {}),
        ...(other ? { other } : {}),
      });
      setBusy(false);
    }
  }

  return (
    <Modal
      open
      title={title}
      width={440}
      onCancel={onClose}
      okText={t("action.save")}
      okButtonProps={{ htmlType: "submit", form: formId, loading: busy }}
      cancelText={t("action.cancel")}
    >
      <form
        id={formId}
        className={`${formStyles.form} ${viewStyles.dialog}`}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          label={t("view.name")}
          value={name}
          maxLength={60}
          required
          autoComplete="off"
          autoFocus
          error={errors.name}
          onValue={(value) => {
            setName(value);
            setErrors(({ name: _mended, ...rest }) => rest);
          }}
        />
        <div className={formStyles.row}>
          <label className={formStyles.label} htmlFor={`${idPrefix}-shared`}>
            {t("view.shared_with")}
          </label>
          <select
            id={`${idPrefix}-shared`}
            className={barStyles.native}
            value={choice}
            aria-describedby={errors.other ? `${idPrefix}-other` : undefined}
            onChange={(event) => {
              setChoice(event.target.value);
              setErrors(({ other: _mended, ...rest }) => rest);
            }}
          >
            {choices.map((one) => (
              <option key={one.value} value={one.value}>
                {one.label}
              </option>
            ))}
          </select>
          <span className={formStyles.help}>{t("view.shared_help")}</span>
        </div>
        {choice === OTHER ? (
          <FieldRow
            field={paramAsField({
              name: "department",
              type: "reference",
              label: t("share.kind_department"),
              required: true,
              choices: null,
              target: "departments",
            })}
            idPrefix={idPrefix}
            value={department}
            values={{}}
            onChange={setDepartment}
          />
        ) : null}
        {choice === "" ? null : (
          <label className={viewStyles.tick}>
            <input type="checkbox" checked={open} onChange={(event) => setOpen(event.target.checked)} />
            {t("view.shared_change")}
          </label>
        )}
        {errors.other ? (
          <span id={`${idPrefix}-other`} className={formStyles.error} role="alert">
            {errors.other}
          </span>
        ) : null}
      </form>
    </Modal>
  );
}
