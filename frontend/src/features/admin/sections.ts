import { flatMenu, type PageItem } from "@/access/menu";
import type { Me } from "@/api/types";

/** The administration pages of the menu: the server leaves out what the person may not use. */
export function sectionsFor(me: Pick<Me, "menu">): PageItem[] {
  return flatMenu(me.menu).filter((item) => item.path.startsWith("/admin/"));
}
