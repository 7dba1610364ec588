import { flatMenu, type PageItem } from "@/access/menu";
import type { Me, MenuItem } from "@/api/types";

/** The administration pages of the menu: the server leaves out what the person may not use. */
export function sectionsFor(me: Pick<Me, "menu">): PageItem[] {
  return flatMenu(me.menu).filter((item) => item.path.startsWith("/admin/"));
}

/** The same by groups; pages that stand in none come first, under the module's own name. */
export function groupsFor(me: Pick<Me, "menu">): MenuItem[] {
  const module = me.menu.find((item) => item.key === "admin");
  const children = module?.children ?? [];
  const loose = children.filter((item) => item.path?.startsWith("/admin/"));
  const groups = children.filter((item) => item.children);
  return module && loose.length > 0 ? [...groups, { ...module, children: loose }] : groups;
}
