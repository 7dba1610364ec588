import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { api } from "@/api/client";
import { useMessage } from "@/kit/use-message";
import { canSet } from "../board/board-spec";
import { keys } from "../data/keys";
import { etagOf, type RecordPage } from "../data/records";
import { useRecordWrites } from "../data/writes";
import { useFormat } from "../fields/use-format";
import { bothHold, type Filter } from "../model/filter";
import { type FieldMeta, type ObjectMeta, type RecordData, titleOf } from "../model/meta";
import { dayOf, edges, movedTo } from "./days";

const PAGE = 200;
/** A span with more than this is better narrowed by a filter; the calendar says so. */
const PAGES = 5;

type Month = { rows: RecordData[]; more: boolean };
type Ask = { filter: Filter | null; q: string; view: string | null; names: string[] };

/** The records of some days by one date field, and moving them to another day. */
export function useCalendar(meta: ObjectMeta, field: FieldMeta, days: string[], ask: Ask) {
  const { t, timeZone } = useFormat();
  const client = useQueryClient();
  const message = useMessage();
  const writes = useRecordWrites(meta.name);
  const { from, to } = edges(days, field.type === "instant", timeZone);
  const within: Filter = {
    and: [
      { field: field.name, op: "gte", value: from },
      { field: field.name, op: "lt", value: to },
    ],
  };
  const query: Record<string, string> = { filter: JSON.stringify(bothHold(ask.filter, within)) };
  query.fields = [...new Set([meta.title_field, field.name, ...ask.names])].join(",");
  if (field.sortable) query.sort = field.name;
  if (ask.q) query.q = ask.q;
  if (ask.view) query.view = ask.view;
  const key = keys.calendar(meta.name, query);
  const month = useQuery({
    queryKey: key,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<Month> => {
      const rows: RecordData[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < PAGES; page += 1) {
        const asked: Record<string, string | number | null> = { ...query, limit: PAGE, cursor };
        const { data }: { data: RecordPage } = await api.get<RecordPage>(`/${meta.name}`, {
          query: asked,
          signal,
        });
        rows.push(...data.items);
        cursor = data.next_cursor;
        if (!cursor) break;
      }
      return { rows, more: cursor !== null };
    },
  });

  const running = useRef(new Map<string, Promise<RecordData>>());

  function put(id: string, change: Partial<RecordData>) {
    client.setQueryData<Month>(
      key,
      (old) => old && { ...old, rows: old.rows.map((row) => (row.id === id ? { ...row, ...change } : row)) },
    );
  }

  /** The record stands on its new day at once, and goes back when the server refuses. Moved again before the answer, it waits for it. */
  function write(record: RecordData, value: string): Promise<RecordData> {
    const { id } = record;
    const before = record[field.name];
    put(id, { [field.name]: value });
    const earlier = running.current.get(id);
    const isLast = () => running.current.get(id) === mine;
    const mine: Promise<RecordData> = (async () => {
      const latest = (await earlier?.catch(() => undefined)) ?? record;
      try {
        const { record: saved } = await writes.patch(id, etagOf(latest), { [field.name]: value });
        put(id, { version: saved.version, ...(isLast() ? { [field.name]: saved[field.name] } : {}) });
        return saved;
      } catch (error) {
        if (isLast()) put(id, { [field.name]: before });
        throw error;
      } finally {
        if (isLast()) running.current.delete(id);
      }
    })();
    running.current.set(id, mine);
    return mine;
  }

  function move(id: string, day: string): void {
    const record = month.data?.rows.find((row) => row.id === id);
    const value = record?.[field.name];
    if (!record || typeof value !== "string" || dayOf(value, timeZone) === day) return;
    write(record, movedTo(value, day, timeZone))
      .then((saved) => {
        const words = t("calendar.moved", { title: titleOf(meta, record), day });
        message.action(words, t("edit.undo"), () => void write(saved, value).catch(message.error));
      })
      .catch(message.error);
  }

  return { month, move, movable: meta.can.edit && canSet(field) };
}
