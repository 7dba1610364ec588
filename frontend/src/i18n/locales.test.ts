import { describe, expect, it } from "vitest";

type Words = { [key: string]: string | Words };
const files = {
  ...import.meta.glob<Words>("./locales/*/*.json", { import: "default", eager: true }),
  ...import.meta.glob<Words>("../objects/locales/*.json", { import: "default", eager: true }),
  ...import.meta.glob<Words>("../features/*/locales/*.json", { import: "default", eager: true }),
};

function keys(words: Words, prefix = ""): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "string" ? [prefix + key] : keys(value, `${prefix}${key}.`),
  );
}

function texts(words: Words): string[] {
  return Object.values(words).flatMap((value) => (typeof value === "string" ? [value] : texts(value)));
}

/** English plurals have forms Chinese lacks: both count as the same key. */
function base(list: string[]): string[] {
  return [...new Set(list.map((key) => key.replace(/_(one|other)$/, "")))].sort();
}

describe("the words on screen", () => {
  const chinese = Object.keys(files).filter((path) => path.includes("zh-CN"));

  it.each(chinese)("%s has the same keys in English", (path) => {
    const english = files[path.replace("zh-CN", "en")];
    expect(english, `${path} has no English file`).toBeDefined();
    expect(base(keys(files[path] as Words))).toEqual(base(keys(english as Words)));
  });

  it.each(Object.keys(files))("%s has no empty text", (path) => {
    expect(texts(files[path] as Words).filter((text) => text.trim() === "")).toEqual([]);
  });

  it("has a Chinese file for every English one", () => {
    const english = Object.keys(files).filter((path) => !path.includes("zh-CN"));
    expect(english.map((path) => path.replace(/\ben\b/, "zh-CN")).sort()).toEqual([...chinese].sort());
  });
});
