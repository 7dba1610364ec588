import { lazy, type ReactNode, Suspense, useState } from "react";
import { ApiError } from "@/api/client";
import { useMessage } from "@/kit/use-message";
import { etagOf } from "../data/records";
import { useRecordWrites } from "../data/writes";
import { useFormat } from "../fields/use-format";
import {
  type ActionMeta,
  type ObjectMeta,
  paramAsField,
  prefilled,
  type RecordData,
  titleOf,
} from "../model/meta";
import { dialogOf } from "../slots";

const GateDialog = lazy(async () => ({ default: (await import("../form/gate-dialog")).GateDialog }));
const ActionDialog = lazy(async () => ({ default: (await import("../form/action-dialog")).ActionDialog }));

export type Offered = { action: ActionMeta; allowed: boolean; reason: string | null };

/** The commands of a record with the server's verdict on each. What it does not mention is not offered. */
export function offeredActions(
  meta: ObjectMeta,
  record: RecordData,
  leaveOut: readonly string[] = [],
): Offered[] {
  return meta.actions
    .filter((action) => action.on.includes("record") && !leaveOut.includes(action.name))
    .filter((action) => record.can?.[action.name] !== undefined)
    .map((action) => {
      const verdict = record.can?.[action.name];
      return { action, allowed: verdict === true, reason: typeof verdict === "string" ? verdict : null };
    })
    .sort((a, b) => Number(b.action.primary) - Number(a.action.primary));
}

export type Gate = {
  action: ActionMeta;
  record: RecordData;
  params: Record<string, unknown>;
  error: ApiError;
};

/** A refusal that says what is missing can be mended on the spot; one that only says no is just told. */
export function isGate(error: ApiError): boolean {
  return error.status >= 400 && error.status < 500 && error.errors.length > 0;
}

type Asking = { action: ActionMeta; record: RecordData; initial: Record<string, unknown> };

/** Runs commands: asks for what they need, shows the refusal where it was asked, offers to take it back. */
export function useActions(
  meta: ObjectMeta,
  after?: (gone: boolean) => void,
): {
  start: (action: ActionMeta, record: RecordData, initial?: Record<string, unknown>) => void;
  element: ReactNode;
} {
  const { t } = useFormat();
  const message = useMessage();
  const writes = useRecordWrites(meta.name);
  const [asking, setAsking] = useState<Asking | null>(null);
  const [gate, setGate] = useState<Gate | null>(null);

  async function run(action: ActionMeta, record: RecordData, params: Record<string, unknown>) {
    const { undo, gone } = await writes.command(record.id, action.name, params, titleOf(meta, record));
    const text = t("action.done", { action: action.label, title: titleOf(meta, record) });
    if (undo) message.undo(text, undo, () => void writes.refresh());
    else message.success(text);
    after?.(gone);
  }

  function start(action: ActionMeta, record: RecordData, initial: Record<string, unknown> = {}) {
    const open = action.params.some((param) => param.required && !(param.name in initial));
    const more = action.params.some((param) => !(param.name in initial));
    if (open || (more && Object.keys(initial).length === 0) || action.confirm || action.danger) {
      return setAsking({ action, record, initial });
    }
    run(action, record, initial).catch((error: unknown) => {
      if (error instanceof ApiError && isGate(error)) setGate({ action, record, params: initial, error });
      else message.error(error);
    });
  }

  const Own = asking ? dialogOf(meta.name, asking.action.name) : null;
  const element = !asking ? null : Own ? (
    <Suspense fallback={null}>
      <Own
        meta={meta}
        record={asking.record}
        action={asking.action}
        initial={{ ...prefilled(meta, asking.record, asking.action.params), ...asking.initial }}
        run={(params) => run(asking.action, asking.record, params)}
        onClose={() => setAsking(null)}
      />
    </Suspense>
  ) : (
    <Suspense fallback={null}>
      <ActionDialog
        title={`${asking.action.label} · ${titleOf(meta, asking.record)}`}
        text={asking.action.confirm}
        fields={asking.action.params.map(paramAsField)}
        record={asking.record}
        initial={{ ...prefilled(meta, asking.record, asking.action.params), ...asking.initial }}
        danger={asking.action.danger}
        okLabel={asking.action.label}
        run={(params) => run(asking.action, asking.record, params)}
        onClose={() => setAsking(null)}
      />
    </Suspense>
  );
  const gateElement = gate ? (
    <Suspense fallback={null}>
      <GateDialog
        meta={meta}
        {...gate}
        run={(params) => run(gate.action, gate.record, params)}
        onClose={() => setGate(null)}
      />
    </Suspense>
  ) : null;
  return { start, element: element ?? gateElement };
}

/** Deleting goes to the bin, and the bar that says so brings it back. */
export function useDelete(meta: ObjectMeta, after: () => void) {
  const { t } = useFormat();
  const message = useMessage();
  const writes = useRecordWrites(meta.name);
  return async (record: RecordData) => {
    try {
      await writes.remove(record.id, etagOf(record));
      message.action(t("action.deleted", { title: titleOf(meta, record) }), t("edit.undo"), () => {
        writes.restore(record.id).catch(message.error);
      });
      after();
    } catch (error) {
      message.error(error);
    }
  };
}
