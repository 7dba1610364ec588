import { describe, expect, it } from "vitest";
import { commonVerbs, withGrant } from "./grants";
import type { Catalogue, Grant } from "./queries";

const grants: Grant[] = [
  { permission: "customers.customer.view", scope: "own", departments: [] },
  { permission: "customers.customer.edit", scope: "departments", departments: ["d1"] },
];

describe("changing a role's grants", () => {
  it("adds one", () => {
    expect(withGrant(grants, "sales.contract.view", "all")).toHaveLength(3);
  });
  it("changes one in its place", () => {
    expect(withGrant(grants, "customers.customer.view", "all")[0]?.scope).toBe("all");
  });
  it("takes one away", () => {
    expect(withGrant(grants, "customers.customer.view", null).map((grant) => grant.permission)).toEqual([
      "customers.customer.edit",
    ]);
  });
  it("forgets chosen departments when the scope no longer uses them", () => {
    expect(withGrant(grants, "customers.customer.edit", "all")[1]?.departments).toEqual([]);
  });
  it("keeps chosen departments when only they change", () => {
    expect(withGrant(grants, "customers.customer.edit", "departments", ["d1", "d2"])[1]?.departments).toEqual(
      ["d1", "d2"],
    );
  });
});

it("makes columns of the verbs most objects share", () => {
  const permission = (code: string) => ({ code, label: code, scopes: [] });
  const catalogue: Catalogue = {
    groups: ["a", "b", "c"].map((object) => ({
      object,
      label: object,
      permissions: [permission(`x.${object}.view`), ...(object === "a" ? [permission("x.a.merge")] : [])],
    })),
    fields: [],
  };
  expect(commonVerbs(catalogue).map(({ verb }) => verb)).toEqual(["view"]);
});
