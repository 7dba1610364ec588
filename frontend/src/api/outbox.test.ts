import { beforeEach, describe, expect, it } from "vitest";
import {
  keepForLater,
  mayWait,
  type Outcome,
  openOutbox,
  retryWaiting,
  sendWaiting,
  setWaitingRules,
  type WaitingWrite,
  waitingWrites,
} from "./outbox";
import type { Problem } from "./types";

const refusal: Problem = {
  type: "about:blank",
  title: "已被他人领取",
  status: 409,
  code: "taken",
  detail: "",
};
const done = async (): Promise<Outcome> => ({ state: "done" });

describe("writes that wait for the network", () => {
  beforeEach(() => {
    localStorage.clear();
    setWaitingRules([{ kind: "note", method: "POST", path: /^\/notes$/ }]);
    openOutbox("nobody");
    openOutbox("li");
  });

  it("keeps only what a rule lets wait", () => {
    expect(mayWait("POST", "/notes")).toBe(true);
    expect(mayWait("PATCH", "/notes")).toBe(false);
    expect(keepForLater("POST", "/notes/1/merge", {}, "a")).toBe(false);
    expect(waitingWrites()).toEqual([]);
  });

  it("says whom it is about: of a claim nothing else tells", () => {
    keepForLater("POST", "/notes", {}, "a", "海天轴承");
    expect(waitingWrites().map((write) => write.about)).toEqual(["海天轴承"]);
  });

  it("sends in order, each once, and forgets what was done", async () => {
    keepForLater("POST", "/notes", { n: 1 }, "a");
    keepForLater("POST", "/notes", { n: 2 }, "b");
    const sent: string[] = [];
    const count = await sendWaiting(async (write: WaitingWrite) => {
      sent.push(write.key);
      return { state: "done" };
    });
    expect([sent, count, waitingWrites()]).toEqual([["a", "b"], 2, []]);
  });

  it("stops where the server is not ready, so that the order holds", async () => {
    keepForLater("POST", "/notes", { n: 1 }, "a");
    keepForLater("POST", "/notes", { n: 2 }, "b");
    const sent: string[] = [];
    await sendWaiting(async (write) => {
      sent.push(write.key);
      return { state: "later" };
    });
    expect(sent).toEqual(["a"]);
    expect(waitingWrites().map((w) => w.key)).toEqual(["a", "b"]);
  });

  it("keeps what was refused, with the reason, and sends the rest", async () => {
    keepForLater("POST", "/notes", { n: 1 }, "a");
    keepForLater("POST", "/notes", { n: 2 }, "b");
    await sendWaiting(async (write) =>
      write.key === "a" ? { state: "refused", problem: refusal } : { state: "done" },
    );
    expect(waitingWrites().map((w) => [w.key, w.refused?.code])).toEqual([["a", "taken"]]);
    expect(await sendWaiting(done)).toBe(0);
    retryWaiting("a");
    expect(await sendWaiting(done)).toBe(1);
  });

  it("is one person's: another who signs in neither sees nor sends it", async () => {
    keepForLater("POST", "/notes", { n: 1 }, "a");
    openOutbox("wang");
    expect(waitingWrites()).toEqual([]);
    expect(await sendWaiting(done)).toBe(0);
    openOutbox("li");
    expect(waitingWrites()).toHaveLength(1);
  });

  it("survives a damaged store", () => {
    localStorage.setItem("km-outbox:zhao", "{");
    openOutbox("zhao");
    expect(waitingWrites()).toEqual([]);
  });
});
