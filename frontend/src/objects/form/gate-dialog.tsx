import { ApiError } from "@/api/client";
import { etagOf } from "../data/records";
import { useRecordWrites } from "../data/writes";
import { useFormat } from "../fields/use-format";
import {
  type ActionMeta,
  type ActionParam,
  type FieldMeta,
  fieldOf,
  isBlank,
  type ObjectMeta,
  paramAsField,
  type RecordData,
  titleOf,
  toWritable,
} from "../model/meta";
import { ActionDialog } from "./action-dialog";

type GateDialogProps = {
  meta: ObjectMeta;
  record: RecordData;
  action: ActionMeta;
  params: Record<string, unknown>;
  error: ApiError;
  run: (params: Record<string, unknown>) => Promise<void>;
  onClose: () => void;
};

/** What a refused step still asks for: parameters of the command go with it, fields of the record are saved first. */
export function missingFields(
  meta: ObjectMeta,
  action: ActionMeta,
  error: Pick<ApiError, "errors">,
): { params: FieldMeta[]; own: FieldMeta[] } {
  const names = [
    ...new Set(error.errors.map((one) => one.field).filter((name): name is string => name !== null)),
  ];
  const params = names.flatMap((name) =>
    action.params.filter((param) => param.name === name).map(paramAsField),
  );
  const own = names
    .filter((name) => !params.some((param) => param.name === name))
    .map((name) => fieldOf(meta, name))
    .filter((field): field is FieldMeta => field !== null && !field.read_only && !field.computed);
  return { params, own };
}

/** The checklist of a refusal, as a field of ticks whose value goes back in the parameter it names. */
function checklistOf(error: ApiError, label: string): { field: FieldMeta | null; guidance: string } {
  const gate = error.problem.gate;
  if (!gate?.items.length) return { field: null, guidance: gate?.guidance ?? "" };
  const choices = gate.items.map((item) => ({ value: item.id, label: item.label }));
  const param = { name: gate.param, type: "multi_choice", label, required: false, choices, target: null };
  return { field: paramAsField(param as ActionParam), guidance: gate.guidance };
}

export function GateDialog({ meta, record, action, params, error, run, onClose }: GateDialogProps) {
  const { t } = useFormat();
  const writes = useRecordWrites(meta.name);
  const missing = missingFields(meta, action, error);
  const checklist = checklistOf(error, t("gate.checklist"));
  const said = checklist.field
    ? error.errors.filter((one) => one.field !== checklist.field?.name)
    : error.errors;
  const words = [error.detail, ...said.map((one) => one.message), checklist.guidance].filter(Boolean);
  const asked = [...missing.params, ...(checklist.field ? [checklist.field] : [])];
  const fields = [...missing.own, ...asked];
  return (
    <ActionDialog
      title={t("gate.title", { action: action.label, title: titleOf(meta, record) })}
      text={[...new Set(words)].join("\n")}
      fields={fields}
      initial={{ ...Object.fromEntries(missing.own.map((field) => [field.name, record[field.name]])) }}
      okLabel={fields.length > 0 ? t("gate.fill_and_move") : t("gate.try_again")}
      run={async (values) => {
        const facts = Object.fromEntries(
          missing.own.map((field) => [field.name, toWritable(values[field.name])]),
        );
        if (missing.own.length > 0) {
          await writes.patch(record.id, etagOf(record), facts).catch((refusal: unknown) => {
            // A card on the board may be older than its record: what is still empty there may be filled all the same.
            const current =
              refusal instanceof ApiError && refusal.status === 412 ? refusal.problem.current : null;
            const now = current as RecordData | null | undefined;
            if (!now || !missing.own.every((field) => isBlank(now[field.name]))) throw refusal;
            return writes.patch(record.id, etagOf(now), facts);
          });
        }
        const given = Object.fromEntries(asked.map((field) => [field.name, values[field.name]]));
        await run({ ...params, ...given });
      }}
      onClose={onClose}
    />
  );
}
