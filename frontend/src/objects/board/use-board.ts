import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { ApiError, api } from "@/api/client";
import { useMessage } from "@/kit/use-message";
import { keys } from "../data/keys";
import type { RecordPage } from "../data/records";
import { useRecordWrites } from "../data/writes";
import { stepParam } from "../detail/stage-path";
import { type Gate, isGate } from "../detail/use-actions";
import { useFormat } from "../fields/use-format";
import { bothHold, type Filter, parseFilter } from "../model/filter";
import type { ObjectMeta, RecordData } from "../model/meta";
import type { ListState } from "../model/view-state";
import { type Column, columnOf, moveCard } from "./board-moves";

const PER_COLUMN = 12;

/** `filter_of`: the condition under which each column's cards can be read on, as a list. */
type BoardAnswer = { columns: Column[]; filter_of?: Record<string, Filter> };
type BoardData = { columns: Column[]; filters: Record<string, Filter> };

function cardFields(meta: ObjectMeta): string {
  const board = meta.board;
  return board ? [...new Set([board.title, ...board.lines, board.group_field])].join(",") : "";
}

export function useBoard(meta: ObjectMeta, state: ListState, viewKey: string | null, scope: string | null) {
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
    if (scope) asked.scope = scope;
    return asked;
  }, [meta.views, viewKey, state.filter, state.q, scope]);
  const key = keys.board(meta.name, query);
  const board = useQuery({
    queryKey: key,
    enabled: meta.board?.scope_field == null || scope !== null,
    queryFn: async ({ signal }): Promise<BoardData> => {
      const { data } = await api.get<BoardAnswer>(`/${meta.name}/board`, {
        query: { ...query, limit: PER_COLUMN },
        signal,
      });
      return { columns: data.columns, filters: data.filter_of ?? {} };
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
  const action = meta.actions.find((one) => one.name === meta.board?.move);

  async function run(record: RecordData, params: Record<string, unknown>, to: string): Promise<void> {
    if (!action || !meta.board) return;
    const before = client.getQueryData<BoardData>(key);
    const boardMeta = meta.board;
    setColumns((columns) => moveCard(columns, boardMeta, record.id, to));
    try {
      const { undo } = await writes.command(record.id, action.name, params);
      const label = before?.columns.find((column) => column.key === to)?.label ?? "";
      if (undo) message.undo(t("board.moved", { label }), undo, () => void writes.refresh());
    } catch (error) {
      // The card goes back where it stood before anything else is said.
      if (before) client.setQueryData(key, before);
      throw error;
    }
  }

  function move(id: string, to: string): void {
    const column = columnOf(board.data?.columns ?? [], id);
    const record = column?.items.find((item) => item.id === id);
    if (!record || !action || !meta.board || column?.key === to) return;
    const verdict = record.can?.[action.name];
    if (typeof verdict === "string") {
      message.error(verdict);
      return;
    }
    const params = { [stepParam(action, meta.board)]: to };
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
          fields: cardFields(meta),
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

  const stepKey = action && meta.board ? stepParam(action, meta.board) : "";
  return {
    board,
    move,
    more,
    movable: action !== undefined,
    gate,
    closeGate: () => setGate(null),
    runGate: (params: Record<string, unknown>) =>
      gate ? run(gate.record, params, String(params[stepKey])) : Promise.resolve(),
  };
}
