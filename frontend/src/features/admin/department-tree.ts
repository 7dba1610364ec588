import type { Row } from "@/api/types";
import { refOf, textOf } from "./queries";

export type Department = { row: Row; name: string; children: Department[] };

/** The tree out of the flat list. A department whose parent one may not see stands at the top, rather than vanish. */
export function departmentTree(rows: Row[]): Department[] {
  const nodes = new Map(
    rows.map((row) => [row.id, { row, name: textOf(row.name), children: [] as Department[] }]),
  );
  const roots: Department[] = [];
  for (const node of nodes.values()) {
    const parent = nodes.get(refOf(node.row.parent)?.id ?? "");
    if (parent && parent !== node) parent.children.push(node);
    else roots.push(node);
  }
  return roots;
}
