import { ApiError } from "@/api/client";
import { etagOf } from "../data/records";
import { useRecordWrites } from "../data/writes";
import { TickList } from "../fields/inputs/tick-list";
import { useFormat } from "../fields/use-format";
import {
  type ActionMeta,
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

export function GateDialog({ meta, record, action, params, error, run, onClose }: GateDialogProps) {
  const { t } = useFormat();
  const writes = useRecordWrites(meta.name);
  const missing = missingFields(meta, action, error);
  // The lines to tick go back in the parameter the refusal names.
  const gate = error.problem.gate;
  const lines = gate?.items ?? [];
  const said = error.errors.filter((one) => lines.length === 0 || one.field !== gate?.param);
  const words = [error.detail, ...said.map((one) => one.message), gate?.guidance ?? ""].filter(Boolean);
  const fields = [...missing.own, ...missing.params];
  return (
    <ActionDialog
      title={t("gate.title", { action: action.label, title: titleOf(meta, record) })}
      text={[...new Set(words)].join("\n")}
      fields={fields}
      initial={{ ...Object.fromEntries(missing.own.map((field) => [field.name, record[field.name]])) }}
      above={(values, set) =>
        gate && lines.length > 0 ? (
          <TickList
            label={t("gate.checklist")}
            many
            ticks={lines.map((line) => ({ value: line.id, label: line.label, text: line.label }))}
            chosen={(values[gate.param] as string[] | undefined) ?? []}
            onChange={(chosen) => set(gate.param, chosen)}
          />
        ) : null
      }
      okLabel={fields.length + lines.length > 0 ? t("gate.fill_and_move") : t("gate.try_again")}
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
        const given = Object.fromEntries(missing.params.map((field) => [field.name, values[field.name]]));
        await run({
          ...params,
          ...given,
          ...(gate && lines.length > 0 ? { [gate.param]: values[gate.param] } : {}),
        });
      }}
      onClose={onClose}
    />
  );
}
