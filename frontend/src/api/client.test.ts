import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, api, SIGNED_OUT_EVENT } from "./client";

const fetched = vi.fn<typeof fetch>();

function answer(status: number, body: unknown, type = "application/json"): void {
  fetched.mockResolvedValueOnce(
    new Response(body === null ? null : JSON.stringify(body), { status, headers: { "content-type": type } }),
  );
}

function sent(): { url: string; headers: Headers; init: RequestInit } {
  const [url, init = {}] = fetched.mock.calls.at(-1) ?? [""];
  return { url: String(url), headers: new Headers(init.headers), init };
}

describe("the transport", () => {
  beforeEach(() => {
    fetched.mockReset();
    vi.stubGlobal("fetch", fetched);
    // biome-ignore lint/suspicious/noDocumentCookie: the test plays the server's part
    document.cookie = "csrftoken=abc";
  });
  afterEach(() => vi.unstubAllGlobals());

  it("leaves empty query values out and keeps what means something", async () => {
    answer(200, { items: [] });
    await api.get("/customers", { query: { q: "", cursor: null, limit: 50, deleted: false } });
    expect(sent().url).toBe("/api/v1/customers?limit=50&deleted=false");
    expect(sent().headers.get("X-CSRFToken")).toBeNull();
  });

  it("sends the CSRF token, the key and the version on a write", async () => {
    answer(200, { id: "1" });
    await api.patch("/customers/1", { name: "甲" }, { headers: { "If-Match": '"3"' }, idempotencyKey: "k1" });
    expect(sent().headers.get("X-CSRFToken")).toBe("abc");
    expect(sent().headers.get("If-Match")).toBe('"3"');
    expect(sent().headers.get("Idempotency-Key")).toBe("k1");
    expect(sent().init.body).toBe('{"name":"甲"}');
  });

  it("says when nobody has touched the page for a while, until somebody does", async () => {
    vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ["Date"] });
    answer(200, {});
    await api.get("/me");
    expect(sent().headers.get("X-Kemai-Unattended")).toBe("1");
    window.dispatchEvent(new Event("keydown"));
    answer(200, {});
    await api.get("/me");
    expect(sent().headers.get("X-Kemai-Unattended")).toBeNull();
    vi.useRealTimers();
  });

  it("turns a problem into an error with the server's words and fields", async () => {
    const errors = [{ field: "phone", code: "invalid", message: "手机号不对" }];
    answer(
      422,
      { title: "t", code: "invalid", detail: "有字段没有填对", errors },
      "application/problem+json",
    );
    const error = await api.post("/customers", {}).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 422, code: "invalid", detail: "有字段没有填对", errors });
  });

  it("tells the shell when the session has ended, but not for the question who one is", async () => {
    const heard = vi.fn();
    window.addEventListener(SIGNED_OUT_EVENT, heard);
    answer(401, { title: "t", code: "not_signed_in" });
    await api.get("/me").catch(() => undefined);
    expect(heard).not.toHaveBeenCalled();
    answer(401, { title: "t", code: "not_signed_in" });
    await api.get("/customers").catch(() => undefined);
    expect(heard).toHaveBeenCalledOnce();
    window.removeEventListener(SIGNED_OUT_EVENT, heard);
  });

  it("says so when the server cannot be reached", async () => {
    fetched.mockRejectedValueOnce(new TypeError("failed"));
    await expect(api.get("/customers")).rejects.toMatchObject({ status: 0, code: "network" });
  });

  it("reads an answer without a body", async () => {
    answer(204, null);
    expect((await api.delete("/me/sessions/1")).data).toBeNull();
  });
});
