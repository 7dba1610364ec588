import { describe, expect, it } from "vitest";
import { EVERYTHING, type Leaf } from "./filter";
import { NO_OPTIONS } from "./layout-options";
import type { ObjectMeta, ViewMeta } from "./meta";
import {
  arrangeViews,
  chosenFilter,
  differsFromView,
  movePinned,
  pickView,
  shapeOf,
  shownFilter,
  viewOf,
  withoutView,
  withView,
} from "./saved-view";
import { decodeListState, EMPTY_STATE, encodeListState, type ListState } from "./view-state";

const mineOnly: Leaf = { field: "owner", op: "eq", value: "me" };
const big: Leaf = { field: "amount", op: "gte", value: "1000" };

function view(key: string, over: Partial<ViewMeta> = {}): ViewMeta {
  const bare = {
    key,
    label: key,
    filter: null,
    sort: "-updated_at",
    columns: null,
    layout: "table" as const,
  };
  return { ...bare, default: false, ...over };
}

const own = view("v1", { saved: true, mine: true, filter: mineOnly as ViewMeta["filter"] });
const all = view("all", { default: true });
const mine = view("mine", { filter: mineOnly as ViewMeta["filter"] });
const meta = {
  views: [all, mine, own],
  list: { columns: ["name", "owner"], default_sort: "-updated_at", quick_filters: [], widths: {} },
} as unknown as ObjectMeta;

const state = (over: Partial<ListState>): ListState => ({ ...EMPTY_STATE, ...over });
const seen = {
  options: NO_OPTIONS,
  sort: "-updated_at",
  columns: [{ name: "name" }, { name: "owner" }],
  layout: "table" as const,
};

describe("the conditions of a view", () => {
  it("stay with the server for a built-in view, and what is chosen narrows them", () => {
    expect(shownFilter(mine, big)).toEqual({ filter: big, base: "mine" });
  });
  it("stand in the bar for a saved view, and what is chosen replaces them", () => {
    expect(shownFilter(own, null)).toEqual({ filter: mineOnly, base: null });
    expect(shownFilter(own, big)).toEqual({ filter: big, base: null });
    expect(shownFilter(own, EVERYTHING)).toEqual({ filter: null, base: null });
  });
  it("stay with the server where this build cannot read them", () => {
    const strange = view("v9", { saved: true, filter: { field: "x", op: "sounds_like" } as never });
    expect(shownFilter(strange, big)).toEqual({ filter: big, base: "v9" });
    expect(shapeOf(meta, strange, big, seen).filter).toEqual({ and: [strange.filter, big] });
  });
  it("are not repeated in the address; taken away, the address says so", () => {
    expect(chosenFilter(own, mineOnly)).toBeNull();
    expect(chosenFilter(own, null)).toEqual(EVERYTHING);
    expect(chosenFilter(all, null)).toBeNull();
    const search = encodeListState(state({ view: "v1", filter: EVERYTHING }));
    expect(decodeListState({ ...search, filter: JSON.stringify(search.filter) }).filter).toEqual(EVERYTHING);
  });
});

describe("changed against its view", () => {
  it.each([
    ["nothing", all, {}, false],
    ["the search words", all, { q: "华睿" }, false],
    ["a condition", all, { filter: big }, true],
    ["a condition taken out of a saved view", own, { filter: EVERYTHING }, true],
    ["the same condition", own, { filter: mineOnly }, false],
    ["the order", all, { sort: "name" }, true],
    ["the order it has", all, { sort: "-updated_at" }, false],
    ["the columns", all, { columns: ["name"] }, true],
    ["the columns it has", all, { columns: ["name", "owner"] }, false],
    ["the order of the columns", all, { columns: ["owner", "name"] }, true],
    ["the layout", all, { layout: "board" as const }, true],
    ["the layout it has", all, { layout: "table" as const }, false],
    ["a view without an order of its own", view("v2", { saved: true, sort: "" }), {}, false],
  ])("%s", (_what, from, change, expected) => {
    expect(differsFromView(meta, from, state(change))).toBe(expected);
  });
});

describe("saving", () => {
  it("puts the frame of a built-in view into the saved one", () => {
    expect(shapeOf(meta, mine, big, seen)).toEqual({
      filter: { and: [mineOnly, big] },
      sort: "-updated_at",
      columns: null,
      layout: "table",
      options: {},
    });
  });
  it("keeps columns only where they are chosen", () => {
    expect(shapeOf(meta, own, null, { ...seen, columns: [{ name: "owner" }] }).columns).toEqual(["owner"]);
  });
  it("empties the conditions of a view they were taken from", () => {
    expect(shapeOf(meta, own, EVERYTHING, seen).filter).toBeNull();
  });
});

describe("the views of a list", () => {
  it("opens the default where none or an unknown one is named, and never a saved one by itself", () => {
    expect(viewOf(meta, "gone")).toBe(all);
    expect(viewOf({ views: [own] }, null)).toBeNull();
    expect(viewOf({ views: [own] }, "v1")).toBe(own);
  });
  it("keeps chosen conditions from one built-in view to the next, and starts saved ones clean", () => {
    expect(pickView(all, mine)).toEqual({
      view: "mine",
      sort: null,
      columns: null,
      layout: null,
      options: {},
      day: null,
    });
    expect(pickView(all, own)).toMatchObject({ view: "v1", filter: null });
    expect(pickView(own, all)).toMatchObject({ view: null, filter: null });
  });
  it("puts own views before those of others, by name, and replaces what was saved again", () => {
    const foreign = view("v3", { saved: true, mine: false, label: "a" });
    const named = view("v4", { saved: true, mine: true, label: "b" });
    const views = withView(withView(meta.views, foreign), named);
    expect(views.map((one) => one.key)).toEqual(["all", "mine", "v4", "v1", "v3"]);
    expect(withView(views, { ...named, label: "z" }).map((one) => one.key)).toEqual([
      "all",
      "mine",
      "v1",
      "v4",
      "v3",
    ]);
    expect(withoutView(views, "v4").map((one) => one.key)).toEqual(["all", "mine", "v1", "v3"]);
  });
  it("shows built-in and own views as tabs, and all that can be managed behind the button", () => {
    const foreign = view("v3", { saved: true, mine: false });
    const { tabs, more } = arrangeViews([...meta.views, foreign], false);
    expect(tabs.map((one) => one.key)).toEqual(["all", "mine", "v1"]);
    expect(more.map((one) => one.key)).toEqual(["v1", "v3"]);
    expect(arrangeViews(meta.views, true)).toEqual({ tabs: [], more: meta.views });
  });
});

describe("pinned views and the one that opens the list", () => {
  const opener = view("v2", { saved: true, default: true });
  it("stand first, in their order", () => {
    expect(arrangeViews([all, mine, own], false, ["v1", "mine"]).tabs.map((one) => one.key)).toEqual([
      "v1",
      "mine",
      "all",
    ]);
    expect(movePinned(["a", "b", "c"], "c", -1)).toEqual(["a", "c", "b"]);
    expect(movePinned(["a", "b"], "a", -1)).toEqual(["a", "b"]);
  });
  it("are named in the address, since they are each person's own", () => {
    const views = [view("all"), opener];
    expect(viewOf({ views }, null)?.key).toBe("v2");
    expect(pickView(opener, views[0] ?? null).view).toBe("all");
    expect(pickView(all, opener).view).toBe("v2");
  });
});

it("notices a changed layout option, and keeps it in the view", () => {
  const grouped = view("v3", { saved: true, options: { group: ["stage"] } });
  expect(differsFromView(meta, grouped, state({ options: { group: ["stage"] } }))).toBe(false);
  expect(differsFromView(meta, grouped, state({ options: { group: [] } }))).toBe(true);
  const options = { ...NO_OPTIONS, group: ["owner"] };
  expect(shapeOf(meta, grouped, null, { ...seen, options }).options).toEqual({ group: ["owner"] });
});
