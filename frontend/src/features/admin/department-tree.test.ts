import { expect, it } from "vitest";
import { departmentTree } from "./department-tree";

const row = (id: string, parent: string | null) => ({
  id,
  version: 1,
  name: id,
  parent: parent ? { id: parent, label: parent } : null,
});

it("builds the tree and keeps orphans in sight", () => {
  const tree = departmentTree([row("a", null), row("b", "a"), row("c", "b"), row("d", "unseen")] as never);
  expect(tree.map((node) => node.name)).toEqual(["a", "d"]);
  expect(tree[0]?.children[0]?.children[0]?.name).toBe("c");
});
