import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { ApiError, api } from "@/api/client";
import {
  type Double,
  type Doubles,
  type Findings,
  mergeDoubles,
  mergeFindings,
  shownDoubles,
  shownFindings,
  stamp,
  valuesToCheck,
} from "../model/live-check";
import { isBlank, type ObjectMeta } from "../model/meta";
import type { FieldProblem } from "../model/problem";

const PAUSE = 400;

type Values = Record<string, unknown>;

/** Values given by the caller or by the declaration are not news: nobody typed them. */
function stampsOf(values: Values): Record<string, string> {
  const filled = Object.entries(values).filter(([, value]) => !isBlank(value));
  return Object.fromEntries(filled.map(([name, value]) => [name, stamp(value)]));
}

/**
 * Tries a record's values while they are typed; of one that exists already (`id`) those that are being changed. Never in the way: it waits for a pause, the latest question counts,
 * and a check that could not be made is no message.
 */
export function useLiveCheck(meta: ObjectMeta, values: Values, changes: Values, id: string | null) {
  const [findings, setFindings] = useState<Findings>({});
  const [doubles, setDoubles] = useState<Doubles>({});
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [asked] = useState(() => {
    const given = Object.fromEntries(Object.entries(values).filter(([name]) => !(name in changes)));
    return { current: stampsOf(given) };
  });
  const latest = useRef(values);
  latest.current = id ? changes : values;
  const running = useRef<AbortController | null>(null);
  const composing = useRef(false);

  const run = useCallback(async () => {
    if (composing.current) return;
    const sent = valuesToCheck(meta, latest.current, asked.current);
    if (!sent) return;
    running.current?.abort();
    const mine = new AbortController();
    running.current = mine;
    try {
      const { data } = await api.post<{ errors: FieldProblem[]; doubles: Double[] }>(
        `/${meta.name}/check`,
        sent,
        { signal: mine.signal, ...(id ? { query: { id } } : {}) },
      );
      if (mine.signal.aborted) return;
      asked.current = { ...asked.current, ...stampsOf(sent) };
      setFindings((old) => mergeFindings(old, sent, latest.current, data.errors));
      setDoubles((old) => mergeDoubles(old, sent, latest.current, data.doubles));
    } catch (error) {
      // Too many questions, no connection, a newer question: the record can be saved all the same.
      if (!(error instanceof ApiError || error instanceof DOMException)) throw error;
    }
  }, [id, meta, asked]);

  useEffect(() => {
    if (Object.keys(changes).length === 0) return;
    const timer = window.setTimeout(() => void run(), PAUSE);
    return () => window.clearTimeout(timer);
  }, [changes, run]);
  useEffect(() => () => running.current?.abort(), []);

  const shown = useMemo(() => shownFindings(findings, values, left), [findings, values, left]);
  const alike = useMemo(() => shownDoubles(doubles, values), [doubles, values]);
  return {
    ...shown,
    alike,
    leave: (name: string) => {
      setLeft((old) => (old.has(name) ? old : new Set(old).add(name)));
      void run();
    },
    enter: (name: string) =>
      setLeft((old) => (old.has(name) ? new Set([...old].filter((one) => one !== name)) : old)),
    /** What stands in the field between two keys of a Chinese input method is not what is meant. */
    composition: {
      onCompositionStart: () => {
        composing.current = true;
      },
      onCompositionEnd: () => {
        composing.current = false;
        window.setTimeout(() => void run(), PAUSE);
      },
    },
  };
}

export type LiveCheck = ReturnType<typeof useLiveCheck>;
