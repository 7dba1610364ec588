import { expect, it } from "vitest";
import type { ActionParam } from "@/api/types";
import { type ObjectMeta, prefilled } from "./meta";

const param = (name: string, prefill: string | null) => ({ name, prefill }) as ActionParam;
const meta = {
  fields: [
    { name: "amount", masked: false },
    { name: "phone", masked: true },
  ],
} as ObjectMeta;

it("starts a command from the record's values, never from stars", () => {
  const params = [
    param("total", "amount"),
    param("call", "phone"),
    param("amount", null),
    param("x", "hidden"),
  ];
  const record = { id: "1", version: 1, amount: "1200.00", phone: "138****0000" };
  expect(prefilled(meta, record, params)).toEqual({ total: "1200.00" });
});

it("leaves a blank value to the server", () => {
  expect(prefilled(meta, { id: "1", version: 1, amount: null }, [param("total", "amount")])).toEqual({});
});
