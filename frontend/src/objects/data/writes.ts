/** Writing records. Each write puts the server's answer into what is on screen, so nothing waits for a reload. */
import { type InfiniteData, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, type WriteOptions } from "@/api/client";
import type { CommandAnswer } from "@/api/types";
import type { RecordData } from "../model/meta";
import { keys } from "./keys";
import { etagOf, type Loaded, type RecordPage } from "./records";

/** `gone`: the command was done and moved the record out of the caller's own sight. */
export type Written = { record: RecordData; undo: string | null; gone: boolean };

type Answered = RecordData & CommandAnswer;

function split(answer: Answered): Written {
  const { undo = null, gone = false, ...record } = answer;
  return { record: record as RecordData, undo, gone };
}

/** The row changes where it stands; it is not re-sorted away from under the reader. */
function putInPlace(client: QueryClient, object: string, record: RecordData, etag: string): void {
  client.setQueryData<Loaded>(keys.one(object, record.id), { record, etag });
  client.setQueriesData<InfiniteData<RecordPage>>({ queryKey: keys.lists(object) }, (data) => {
    if (!data) return data;
    const pages = data.pages.map((page) => ({
      ...page,
      items: page.items.map((row) => (row.id === record.id ? { ...row, ...record } : row)),
    }));
    return { ...data, pages };
  });
}

function takeOut(client: QueryClient, object: string, ids: ReadonlySet<string>): void {
  client.setQueriesData<InfiniteData<RecordPage>>({ queryKey: keys.lists(object) }, (data) => {
    if (!data) return data;
    const pages = data.pages.map((page) => ({
      ...page,
      items: page.items.filter((row) => !ids.has(row.id)),
    }));
    return { ...data, pages };
  });
}

/** Forget a record that is gone as soon as nothing shows it: dropped while its panel closes, it would be asked for once more. */
function forget(client: QueryClient, object: string, id: string): void {
  const cache = client.getQueryCache();
  for (const queryKey of [keys.one(object, id), keys.timeline(object, id), keys.history(object, id)]) {
    const query = cache.find({ queryKey });
    if (!query) continue;
    if (query.getObserversCount() === 0) {
      cache.remove(query);
      continue;
    }
    const stop = cache.subscribe((event) => {
      if (event.type !== "observerRemoved" || event.query !== query || query.getObserversCount() > 0) return;
      stop();
      cache.remove(query);
    });
  }
}

async function settleGone(client: QueryClient, object: string, id: string): Promise<void> {
  takeOut(client, object, new Set([id]));
  forget(client, object, id);
  await settleLists(client, object);
}

async function settle(client: QueryClient, object: string, id: string): Promise<void> {
  void client.invalidateQueries({ queryKey: keys.timeline(object, id) });
  void client.invalidateQueries({ queryKey: keys.history(object, id) });
  await settleLists(client, object);
}

async function settleLists(client: QueryClient, object: string): Promise<void> {
  void client.invalidateQueries({ queryKey: keys.boards(object) });
  // Marked old but not fetched: the next visit asks again, the present one keeps its place.
  await client.invalidateQueries({ queryKey: keys.lists(object), refetchType: "none" });
}

export function recordWrites(client: QueryClient, object: string) {
  const everything = () => client.invalidateQueries({ queryKey: keys.all(object) });
  return {
    async create(values: Record<string, unknown>, options: WriteOptions = {}): Promise<Written> {
      const answer = await api.post<Answered>(`/${object}`, values, options);
      const written = split(answer.data);
      client.setQueryData<Loaded>(keys.one(object, written.record.id), {
        record: written.record,
        etag: answer.headers.get("ETag") ?? etagOf(written.record),
      });
      await everything();
      return written;
    },
    async patch(id: string, etag: string, values: Record<string, unknown>): Promise<Written> {
      const answer = await api.patch<Answered>(`/${object}/${id}`, values, { headers: { "If-Match": etag } });
      const written = split(answer.data);
      putInPlace(client, object, written.record, answer.headers.get("ETag") ?? etagOf(written.record));
      await settle(client, object, id);
      return written;
    },
    async remove(id: string, etag: string): Promise<void> {
      await api.delete(`/${object}/${id}`, undefined, { headers: { "If-Match": etag } });
      await settleGone(client, object, id);
    },
    async restore(id: string): Promise<void> {
      await api.post(`/${object}/${id}/restore`, {});
      takeOut(client, object, new Set([id]));
      await everything();
    },
    async command(
      id: string,
      verb: string,
      params: Record<string, unknown>,
      about?: string,
    ): Promise<Written> {
      const answer = await api.post<Answered>(`/${object}/${id}/${verb}`, params, { about });
      const written = split(answer.data);
      if (written.gone) {
        await settleGone(client, object, id);
        return written;
      }
      if (written.record.id === id) {
        putInPlace(client, object, written.record, answer.headers.get("ETag") ?? etagOf(written.record));
      }
      await settle(client, object, id);
      return written;
    },
    async undo(token: string): Promise<void> {
      await api.post(`/undo/${token}`, {});
      await everything();
    },
    refresh: everything,
    putInPlace: (record: RecordData) => putInPlace(client, object, record, etagOf(record)),
  };
}

export type RecordWrites = ReturnType<typeof recordWrites>;

export function useRecordWrites(object: string): RecordWrites {
  const client = useQueryClient();
  return useMemo(() => recordWrites(client, object), [client, object]);
}
