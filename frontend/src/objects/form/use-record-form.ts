import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useMe } from "@/access/me";
import { ApiError, isWaiting, newIdempotencyKey } from "@/api/client";
import type { Me } from "@/api/types";
import { useMessage } from "@/kit/use-message";
import type { Loaded } from "../data/records";
import { etagOf } from "../data/records";
import { useRecordWrites, type Written } from "../data/writes";
import { useFormat } from "../fields/use-format";
import { isAskedFor, isShown } from "../model/condition";
import { asOfSaving, defaultOf } from "../model/defaults";
import { draftKey, drafts } from "../model/draft-store";
import { isWritable } from "../model/form-layout";
import { isBlank, isReference, type ObjectMeta, type RecordData, toWritable } from "../model/meta";
import {
  type Conflict,
  conflictsBetween,
  resolveConflicts,
  type SortedProblem,
  sortProblem,
} from "../model/problem";
import { useReader } from "./use-reader";

type Values = Record<string, unknown>;

export type RecordFormOptions = {
  meta: ObjectMeta;
  loaded: Loaded | null;
  initial?: Values | undefined;
  /** Whose draft this is, where the same kind is noted on many records. */
  draftFor?: string;
  onSaved: (written: Written) => void;
  /** It was kept on this device until there is a network. */
  onWaiting?: () => void;
};

export type Clash = { conflicts: Conflict[]; current: RecordData };

function startOf(
  meta: ObjectMeta,
  loaded: Loaded | null,
  initial: Values | undefined,
  me: Me,
  today: string,
): Values {
  const values: Values = {};
  for (const field of meta.fields) {
    if (loaded) values[field.name] = field.masked ? "" : loaded.record[field.name];
    // What nobody may write the server sets itself, and refuses from anyone else.
    else if (field.read_only || field.computed) continue;
    else {
      const begin = defaultOf(field, me, today);
      if (begin !== null && begin !== undefined) values[field.name] = begin;
    }
  }
  return { ...values, ...initial };
}

/**
 * What one form holds: the values, what of them was changed here, the draft of it, and what the server said to it.
 * Only changed fields are sent, so two people editing different fields do not overwrite each other.
 */
export function useRecordForm({ meta, loaded, initial, draftFor, onSaved, onWaiting }: RecordFormOptions) {
  const { t } = useFormat();
  const message = useMessage();
  const writes = useRecordWrites(meta.name);
  const me = useMe();
  const reader = useReader();
  const key = draftKey(meta.name, loaded?.record.id ?? draftFor ?? null, draftFor ? "note" : "form");
  const version = loaded ? String(loaded.record.version) : null;
  // Fixed when the form opens: values arriving later must not move under what is being typed.
  const [start] = useState(() => startOf(meta, loaded, initial, me, reader.today));
  const [found] = useState(() => drafts.read(key));
  const usable = found && found.version === version ? found : null;
  const [changes, setChanges] = useState<Values>(usable?.values ?? {});
  const [restored, setRestored] = useState(usable !== null);
  const [problem, setProblem] = useState<SortedProblem | null>(null);
  const [clash, setClash] = useState<Clash | null>(null);
  const [busy, setBusy] = useState(false);
  const once = useRef(newIdempotencyKey());
  // Of one attempt, however often it is sent: another body under the same key would be refused.
  const moment = useRef<string | null>(null);
  const dirty = Object.keys(changes).length > 0;
  const values = useMemo(() => ({ ...start, ...changes }), [start, changes]);

  useEffect(() => drafts.write(key, changes, version), [key, changes, version]);
  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [dirty]);

  const change = useCallback(
    (name: string, value: unknown) => {
      setChanges((old) => {
        const next = { ...old, [name]: value };
        if (JSON.stringify(toWritable(value)) === JSON.stringify(toWritable(start[name]))) delete next[name];
        return next;
      });
      setProblem((old) => {
        if (!old?.byField[name]) return old;
        const { [name]: _mended, ...byField } = old.byField;
        return Object.keys(byField).length + old.general.length > 0 ? { ...old, byField } : null;
      });
    },
    [start],
  );

  const discard = useCallback(() => {
    setChanges({});
    setRestored(false);
    setProblem(null);
    drafts.clear(key);
  }, [key]);

  function empty(): void {
    once.current = newIdempotencyKey();
    moment.current = null;
    drafts.clear(key);
    setChanges({});
    setRestored(false);
    setClash(null);
  }

  function refuse(error: unknown): void {
    if (!(error instanceof ApiError)) throw error;
    if (isWaiting(error)) {
      empty();
      message.error(error);
      onWaiting?.();
      return;
    }
    if (error.status !== 0) moment.current = null;
    const current = error.problem.current as RecordData | undefined;
    if (error.status === 412 && current && loaded) {
      const conflicts = conflictsBetween(loaded.record, changes, current);
      // Only the others' fields moved: ours go over the newer version without asking.
      if (conflicts.length === 0) void send(changes, etagOf(current));
      else setClash({ conflicts, current });
      return;
    }
    const names = meta.fields.map((field) => field.name);
    setProblem(sortProblem(error.errors, error.status === 0 ? t("edit.offline") : error.detail, names));
  }

  // The record it is noted on, where there is one.
  const about = Object.values(initial ?? {}).find(isReference)?.label ?? undefined;

  async function send(sent: Values, etag: string | null): Promise<boolean> {
    setBusy(true);
    setProblem(null);
    try {
      const body = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, toWritable(value)]));
      const written =
        loaded && etag
          ? await writes.patch(loaded.record.id, etag, body)
          : await writes.create(body, { idempotencyKey: once.current, about });
      empty();
      onSaved(written);
      return true;
    } catch (error) {
      refuse(error);
      return false;
    } finally {
      setBusy(false);
    }
  }

  async function save(): Promise<boolean> {
    const missing = meta.fields.filter(
      (field) =>
        isWritable(field, loaded === null) &&
        isShown(field, values, reader) &&
        isAskedFor(field, values, reader) &&
        !(loaded && field.masked) &&
        isBlank(values[field.name]),
    );
    if (missing.length > 0) {
      const byField = Object.fromEntries(
        missing.map((field) => [field.name, t("form.required", { label: field.label })]),
      );
      setProblem({ byField, general: [] });
      return false;
    }
    if (loaded) return send(changes, loaded.etag);
    // A default that was emptied is sent as empty, or the server would put it back.
    const readOnly = new Set(meta.fields.filter((field) => field.read_only).map((field) => field.name));
    moment.current ??= new Date().toISOString();
    const said = Object.entries(asOfSaving(meta.fields, values, changes, moment.current)).filter(
      ([name, value]) => !readOnly.has(name) && (!isBlank(value) || !isBlank(start[name])),
    );
    return send(Object.fromEntries(said), null);
  }

  return {
    values,
    changes,
    dirty,
    busy,
    problem,
    restored,
    clash,
    change,
    discard,
    save,
    settle: (choices: Record<string, "yours" | "theirs">) => {
      if (!clash) return;
      void send(resolveConflicts(changes, choices), etagOf(clash.current));
    },
    leaveClash: () => setClash(null),
  };
}

export type RecordForm = ReturnType<typeof useRecordForm>;
