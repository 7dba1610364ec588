import { describe, expect, it } from "vitest";
import { type Command, commandMatches } from "./pages";

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
