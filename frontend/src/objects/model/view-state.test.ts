import { describe, expect, it } from "vitest";
import { parseSearch, stringifySearch } from "@/app/search-params";
import {
  decodeListState,
  EMPTY_STATE,
  encodeListState,
  type ListState,
  listQuery,
  nextSort,
} from "./view-state";

const full: ListState = {
  view: "mine",
  filter: {
    and: [
      { field: "owner", op: "eq", value: "me" },
      { field: "amount", op: "gte", value: "1000" },
    ],
  },
  q: "138 & 一=二",
  sort: "-amount",
  columns: ["name", "amount"],
  layout: "board",
  deleted: true,
  scope: "0198",
  options: { group: ["stage", "created_at:month"], sum: "" },
  day: "2026-11-22",
};

describe("the address", () => {
  it("gives back what was put in, through the router's own codec", () => {
    expect(decodeListState(parseSearch(stringifySearch(encodeListState(full))))).toEqual(full);
  });
  it("stays empty for an untouched list", () => {
    expect(encodeListState(EMPTY_STATE)).toEqual({});
    expect(decodeListState({})).toEqual(EMPTY_STATE);
  });
  it("keeps a search for digits a text", () => {
    expect(decodeListState(parseSearch("?q=007")).q).toBe("007");
  });
  it("drops what no list understands instead of passing it on", () => {
    const state = decodeListState({
      sort: "name;drop",
      columns: "name,<b>,x y",
      layout: "spiral",
      filter: "{",
    });
    expect(state).toEqual({ ...EMPTY_STATE, columns: ["name"] });
  });
});

describe("nextSort", () => {
  it("goes up, down, and back to the view's own order", () => {
    expect(nextSort(null, "name", "-updated_at")).toBe("name");
    expect(nextSort("name", "name", "-updated_at")).toBe("-name");
    expect(nextSort("-name", "name", "-updated_at")).toBeNull();
  });
  it("takes turns where the view itself sorts by the field, so a click always does something", () => {
    expect(nextSort(null, "updated_at", "-updated_at")).toBe("updated_at");
    expect(nextSort("updated_at", "updated_at", "-updated_at")).toBe("-updated_at");
    expect(nextSort("-updated_at", "updated_at", "-updated_at")).toBe("updated_at");
  });
});

it("asks the server for both the fixed condition and the person's own", () => {
  const own = { field: "a", op: "eq" as const, value: "1" };
  const query = listQuery({ ...EMPTY_STATE, filter: own }, { field: "customer", op: "eq", value: "9" }, [
    "name",
  ]);
  expect(JSON.parse(query.filter ?? "")).toEqual({ and: [{ field: "customer", op: "eq", value: "9" }, own] });
  expect(query).toEqual({ filter: query.filter, fields: "name" });
});
