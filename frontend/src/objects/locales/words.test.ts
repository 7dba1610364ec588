import { expect, it } from "vitest";
import chinese from "./zh-CN.json";

const sources = import.meta.glob<string>("../**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

function known(key: string): boolean {
  let at: unknown = chinese;
  for (const part of key.split("."))
    at = typeof at === "object" && at !== null ? (at as Record<string, unknown>)[part] : undefined;
  return typeof at === "string";
}

it("has words for every key the screens ask for", () => {
  const missing: string[] = [];
  let asked = 0;
  for (const [path, text] of Object.entries(sources)) {
    if (path.includes(".test.")) continue;
    for (const [, key] of text.matchAll(/(?:"|\? "|: ")([a-z]+\.[a-z_]+)"/g)) {
      if (!key || !((key.split(".")[0] as string) in chinese)) continue;
      asked += 1;
      if (!known(key)) missing.push(`${key} (${path})`);
    }
  }
  expect(missing).toEqual([]);
  expect(asked).toBeGreaterThan(150);
});
