import { expect, it } from "vitest";
import { toldFailures } from "./jobs";

it("counts what the person may not see, by reason, after what it can name", () => {
  const gone = { label: "", code: "not_found", message: "没有找到该记录，或您无权查看。" };
  const told = toldFailures([
    { id: "1", ...gone },
    { id: "2", label: "华东机械", code: "closed", message: "已经赢单。" },
    { id: "3", ...gone },
  ]);
  expect(told.map(({ label, count, message }) => [label, count, message])).toEqual([
    ["华东机械", 1, "已经赢单。"],
    [null, 2, gone.message],
  ]);
});
