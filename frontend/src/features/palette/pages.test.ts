import { describe, expect, it } from "vitest";
import type { Me } from "@/api/types";
import { type Command, commandMatches, pageCommands } from "./pages";

const command: Command = {
  key: "new-customers",
  label: "新建客户",
  icon: "customers",
  path: "/customers?new=1",
  words: "新建客户 xinjian xj new create kehu kh customers",
};

describe("finding a command", () => {
  it.each(["客户", "新建", "kh", "xj kh", "new cust", "XINJ"])("%s finds it", (typed) => {
    expect(commandMatches(command, typed)).toBe(true);
  });
  it.each(["商机", "hk", "new lead"])("%s does not", (typed) => {
    expect(commandMatches(command, typed)).toBe(false);
  });
});

describe("finding a page", () => {
  const menu = [
    {
      key: "sales",
      label: "销售",
      children: [
        { key: "needs", label: "客户需求", path: "/needs", pinyin: "ke hu xu qiu", also: "客户需求 needs" },
      ],
    },
  ];
  const [page] = pageCommands({ menu } as unknown as Me);
  it.each(["客户", "需求", "kehuxuqiu", "xuqiu", "khxq", "xq", "need"])("%s finds it", (typed) => {
    expect(page && commandMatches(page, typed)).toBe(true);
  });
  it.each(["uxu", "hx ke m", "task"])("%s does not", (typed) => {
    expect(page && commandMatches(page, typed)).toBe(false);
  });
});
