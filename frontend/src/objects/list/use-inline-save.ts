import { useCallback } from "react";
import { ApiError } from "@/api/client";
import { useMessage } from "@/kit/use-message";
import { etagOf } from "../data/records";
import { useRecordWrites } from "../data/writes";
import { useFormat } from "../fields/use-format";
import { type FieldMeta, type RecordData, toWritable } from "../model/meta";
import { untouched } from "../model/problem";

/** What became of one cell: saved, refused with words for beside the cell, or changed by somebody else meanwhile. */
export type SaveOutcome =
  | { kind: "saved"; record: RecordData }
  | { kind: "refused"; message: string }
  | { kind: "conflict"; theirs: unknown; current: RecordData };

export type InlineSave = (record: RecordData, field: FieldMeta, value: unknown) => Promise<SaveOutcome>;

export function useInlineSave(object: string): InlineSave {
  const writes = useRecordWrites(object);
  const message = useMessage();
  const { t } = useFormat();
  return useCallback(
    async function save(record, field, value): Promise<SaveOutcome> {
      try {
        const { record: saved, undo } = await writes.patch(record.id, etagOf(record), {
          [field.name]: toWritable(value),
        });
        const text = t("edit.saved_field", { label: field.label });
        if (undo) message.undo(text, undo, () => void writes.refresh());
        else {
          const before = toWritable(record[field.name]);
          message.action(text, t("edit.undo"), () => {
            writes.patch(record.id, etagOf(saved), { [field.name]: before }).catch(message.error);
          });
        }
        return { kind: "saved", record: saved };
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        const current = error.problem.current as RecordData | undefined;
        if (error.status === 412 && current && untouched(field.name, record, current)) {
          return save(current, field, value);
        }
        if (error.status === 412 && current)
          return { kind: "conflict", theirs: current[field.name], current };
        const own = error.errors.filter((one) => one.field === field.name || one.field === null);
        const words = own.map((one) => one.message).join(" ");
        return { kind: "refused", message: words || error.detail || t("edit.offline") };
      }
    },
    [writes, message, t],
  );
}
