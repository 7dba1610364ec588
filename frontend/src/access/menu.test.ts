import { describe, expect, it } from "vitest";
import type { MenuItem } from "@/api/types";
import { activeKey, creatable, flatMenu } from "./menu";

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
});
