import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { ApiError, api } from "@/api/client";
import { useMessage } from "@/kit/use-message";
import { keys } from "../data/keys";
import { etagOf, type RecordPage } from "../data/records";
import { useRecordWrites } from "../data/writes";
import { stepParam } from "../detail/stage-path";
import { type Gate, isGate } from "../detail/use-actions";
import { useFormat } from "../fields/use-format";
import { bothHold, type Filter, parseFilter } from "../model/filter";
import { fieldOf, type ObjectMeta, type RecordData } from "../model/meta";
import type { ListState } from "../model/view-state";
import { type Column, columnOf, moveCard } from "./board-moves";
import { type BoardSpec, canSet } from "./board-spec";

const PER_COLUMN = 12;

/** `filter_of`: the condition under which each column's cards can be read on, as a list. */
type BoardAnswer = { columns: Column[]; filter_of?: Record<string, Filter>; more?: boolean };
type BoardData = { columns: Column[]; filters: Record<string, Filter>; more: boolean };

function cardFields(board: BoardSpec): string {
  return [...new Set([board.title, ...board.lines, board.group_field])].join(",");
}

export function useBoard(
  meta: ObjectMeta,
  state: ListState,
  viewKey: string | null,
  scope: string | null,
  spec: BoardSpec,
) {
  const { t } = useFormat();
  const client = useQueryClient();
  const message = useMessage();
  const writes = useRecordWrites(meta.name);
  const [gate, setGate] = useState<Gate | null>(null);
  const query = useMemo(() => {
    const view = meta.views.find((one) => one.key === viewKey);
    const filter = bothHold(parseFilter(view?.filter ?? null), state.filter);
    const asked: Record<string, string> = {};
    if (filter) asked.filter = JSON.stringify(filter);
    if (state.q) asked.q = state.q;
    if (spec.declared && scope) asked.scope = scope;
    if (!spec.declared) {
      asked.group = spec.group_field;
      if (spec.sum_field) asked.sum = spec.sum_field;
      asked.fields = cardFields(spec);
    }
    return asked;
  }, [meta.views, viewKey, state.filter, state.q, scope, spec]);
  const key = keys.board(meta.name, query);
  const board = useQuery({
    queryKey: key,
    enabled: spec.scope_field === null || scope !== null,
    queryFn: async ({ signal }): Promise<BoardData> => {
      const { data } = await api.get<BoardAnswer>(`/${meta.name}/board`, {
        query: { ...query, limit: PER_COLUMN },
        signal,
      });
      return { columns: data.columns, filters: data.filter_of ?? {}, more: data.more ?? false };
    },
  });
  const setColumns = useCallback(
    (next: (columns: Column[]) => Column[]) => {
      client.setQueryData<BoardData>(
        keys.board(meta.name, query),
        (data) => data && { ...data, columns: next(data.columns) },
      );
    },
    [client, meta.name, query],
  );
  const summed = fieldOf(meta, spec.sum_field ?? "");
  // What a card adds to its column: sums are in the company's currency.
  const added = { ...spec, sum_field: summed?.base_field ?? spec.sum_field };
  const action = spec.declared ? meta.actions.find((one) => one.name === spec.move) : undefined;
  const field = spec.declared ? null : fieldOf(meta, spec.group_field);
  const movable = action !== undefined || (field !== null && meta.can.edit && canSet(field));

  /** The card stands in its new column at once, and goes back where it stood when the server refuses. */
  async function shift<T>(record: RecordData, to: string, write: () => Promise<T>): Promise<T> {
    const before = client.getQueryData<BoardData>(key);
    setColumns((columns) => moveCard(columns, added, record.id, to));
    try {
      return await write();
    } catch (error) {
      if (before) client.setQueryData(key, before);
      throw error;
    }
  }

  const labelOf = (to: string) => board.data?.columns.find((column) => column.key === to)?.label ?? "";

  async function setField(record: RecordData, from: string, to: string): Promise<void> {
    const value = (of: string) => ({ [spec.group_field]: of || null });
    const written = await shift(record, to, () => writes.patch(record.id, etagOf(record), value(to)));
    message.action(t("board.moved", { label: labelOf(to) }), t("edit.undo"), () => {
      writes.patch(record.id, etagOf(written.record), value(from)).catch(message.error);
    });
  }

  async function run(record: RecordData, params: Record<string, unknown>, to: string): Promise<void> {
    if (!action) return;
    const { undo } = await shift(record, to, () => writes.command(record.id, action.name, params));
    if (undo) message.undo(t("board.moved", { label: labelOf(to) }), undo, () => void writes.refresh());
  }

  function move(id: string, to: string): void {
    const column = columnOf(board.data?.columns ?? [], id);
    const record = column?.items.find((item) => item.id === id);
    if (!record || !movable || !column || column.key === to) return;
    if (!action) {
      setField(record, column.key, to).catch(message.error);
      return;
    }
    const verdict = record.can?.[action.name];
    if (typeof verdict === "string") {
      message.error(verdict);
      return;
    }
    const params = { [stepParam(action, spec)]: to };
    run(record, params, to).catch((error: unknown) => {
      if (error instanceof ApiError && isGate(error)) setGate({ action, record, params, error });
      else message.error(error);
    });
  }

  async function more(column: Column): Promise<void> {
    const filter = board.data?.filters[column.key];
    if (!filter) return;
    try {
      // The column's own condition, as the board gave it: its cursor belongs to exactly that list.
      const { data } = await api.get<RecordPage>(`/${meta.name}`, {
        query: {
          filter: JSON.stringify(filter),
          q: state.q,
          fields: cardFields(spec),
          limit: PER_COLUMN,
          cursor: column.next_cursor,
        },
      });
      setColumns((columns) =>
        columns.map((one) =>
          one.key === column.key
            ? { ...one, items: [...one.items, ...data.items], next_cursor: data.next_cursor }
            : one,
        ),
      );
    } catch (error) {
      message.error(error);
    }
  }

  const stepKey = action ? stepParam(action, spec) : "";
  return {
    board,
    move,
    more,
    movable,
    gate,
    closeGate: () => setGate(null),
    runGate: (params: Record<string, unknown>) =>
      gate ? run(gate.record, params, String(params[stepKey])) : Promise.resolve(),
  };
}
