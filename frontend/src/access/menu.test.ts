import { describe, expect, it } from "vitest";
import type { MenuItem } from "@/api/types";
import { activeKey, creatable, favouritesOf, flatMenu, mainMenu, ownPages, partsOf, shortMenu } from "./menu";

const menu: MenuItem[] = [
  { key: "home", label: "工作台", path: "/" },
  {
    key: "sales",
    label: "销售",
    children: [
      { key: "customers", label: "客户", path: "/customers", object: "customers" },
      { key: "pool", label: "公海", path: "/customers?view=pool", object: "customers" },
      { key: "opportunities", label: "商机", path: "/opportunities", object: "opportunities" },
      { key: "price-books", label: "价目表", path: "/price-books", object: "price-books" },
    ],
  },
  { key: "admin", label: "系统管理", path: "/admin/users" },
];

describe("the menu", () => {
  it("flattens its groups", () => {
    expect(flatMenu(menu).map((item) => item.key)).toEqual([
      "home",
      "customers",
      "pool",
      "opportunities",
      "price-books",
      "admin",
    ]);
  });

  it.each([
    ["/", {}, "home"],
    ["/customers", {}, "customers"],
    ["/customers/7", {}, "customers"],
    ["/customers", { view: "pool", q: "x" }, "pool"],
    ["/customers", { view: "mine" }, "customers"],
    ["/nowhere", {}, null],
    ["/admin/roles", {}, "admin"],
  ])("%s %o belongs to %s", (path, search, key) => {
    expect(activeKey(menu, path, search)).toBe(key);
  });

  it("offers to create what a permission names, once each", () => {
    const permissions = {
      "customers.customer.create": "own" as const,
      "sales.opportunity.create": "own" as const,
      "sales.price_book.create": "own" as const,
      "sales.contract.create": "own" as const,
    };
    expect(creatable({ menu, permissions }).map((item) => item.object)).toEqual([
      "customers",
      "opportunities",
      "price-books",
    ]);
  });

  const grouped: MenuItem[] = [
    { key: "home", label: "工作台", path: "/" },
    {
      key: "sales",
      label: "销售",
      children: [
        {
          key: "sales.deals",
          label: "商机",
          children: [
            { key: "leads", label: "线索", path: "/leads" },
            { key: "products", label: "产品", path: "/products", rare: true },
            { key: "competitors", label: "竞争对手", path: "/competitors", rare: true },
          ],
        },
        {
          key: "sales.tidying",
          label: "数据整理",
          folded: true,
          children: [
            { key: "duplicates", label: "疑似重复", path: "/duplicates" },
            { key: "quality", label: "资料质量", path: "/quality", rare: true },
          ],
        },
      ],
    },
    {
      key: "admin",
      label: "系统管理",
      folded: true,
      children: [
        { key: "admin-index", label: "全部设置", path: "/admin" },
        {
          key: "admin.people",
          label: "组织",
          children: [{ key: "users", label: "人员", path: "/admin/users" }],
        },
      ],
    },
    { key: "mine", label: "我的", children: [{ key: "bin", label: "回收站", path: "/bin" }] },
  ];
  const keys = (items: MenuItem[]) => items.map((item) => item.key);

  it("keeps one's own pages apart", () => {
    expect(keys(mainMenu(grouped))).toEqual(["home", "sales", "admin"]);
    expect(keys(ownPages(grouped))).toEqual(["bin"]);
  });

  it("puts under more what is rare, unless that is a single entry", () => {
    const [deals, tidying] = grouped[1]?.children ?? [];
    const parts = partsOf(deals as MenuItem);
    expect([keys(parts.usual), keys(parts.rare)]).toEqual([["leads"], ["products", "competitors"]]);
    expect(partsOf(tidying as MenuItem).rare).toEqual([]);
    const onlyRare = { ...(deals as MenuItem), children: deals?.children?.slice(1) ?? [] };
    expect(keys(partsOf(onlyRare).usual)).toEqual(["products", "competitors"]);
  });

  it("shows behind icons alone what stands open and is used often", () => {
    expect(shortMenu(grouped).map(keys)).toEqual([["home"], ["leads"], ["admin-index"]]);
  });

  it("leaves out a pinned entry that is no longer open to the person", () => {
    expect(keys(favouritesOf({ menu: grouped, favourites: ["bin", "gone", "leads"] }))).toEqual([
      "bin",
      "leads",
    ]);
  });
});
