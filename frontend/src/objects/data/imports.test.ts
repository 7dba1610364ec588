import { expect, it } from "vitest";
import type { ImportRun } from "@/api/types";
import { withChange } from "./imports";

it("shows what was chosen before the server has answered, and leaves the rest to it", () => {
  const column = (index: number, field: string | null) => ({
    index,
    field,
    header: "",
    samples: [],
    guess: "none",
  });
  const run = { mode: "both", key: "name", columns: [column(0, "name"), column(1, "phone")] };
  const next = withChange(run as unknown as ImportRun, { mode: "create", mapping: { "1": null } });
  expect(next.mode).toBe("create");
  expect(next.key).toBe("name");
  expect(next.columns.map((one) => one.field)).toEqual(["name", null]);
});
