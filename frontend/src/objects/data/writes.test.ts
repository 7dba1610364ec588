import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keys } from "./keys";
import { recordWrites } from "./writes";

const OBJECT = "customers";
const ID = "a";

beforeEach(() => {
  vi.stubGlobal(
    "fetch",
    vi.fn(async () => new Response(null, { status: 204 })),
  );
});
afterEach(() => vi.unstubAllGlobals());

test("a deleted record is not asked for again while it is shown, and is forgotten when it no longer is", async () => {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } });
  const asked = vi.fn(async () => ({ items: [] }));
  const observer = new QueryObserver(client, { queryKey: keys.timeline(OBJECT, ID), queryFn: asked });
  const leave = observer.subscribe(() => undefined);
  await vi.waitFor(() => expect(observer.getCurrentResult().data).toBeDefined());

  await recordWrites(client, OBJECT).remove(ID, '"1"');

  expect(asked).toHaveBeenCalledTimes(1);
  leave();
  expect(client.getQueryData(keys.timeline(OBJECT, ID))).toBeUndefined();
});

test("a deleted record that nothing shows is forgotten at once", async () => {
  const client = new QueryClient();
  client.setQueryData(keys.one(OBJECT, ID), { record: { id: ID }, etag: '"1"' });
  await recordWrites(client, OBJECT).remove(ID, '"1"');
  expect(client.getQueryData(keys.one(OBJECT, ID))).toBeUndefined();
});
