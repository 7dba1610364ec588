import { expect, it } from "vitest";
import { asNoun } from "./index";

it.each([
  ["Customer", "customer"],
  ["Follow-up", "follow-up"],
  ["API token", "API token"],
  ["客户", "客户"],
  ["", ""],
])("%s stands as %s within a sentence", (label, noun) => {
  expect(asNoun(label)).toBe(noun);
});
