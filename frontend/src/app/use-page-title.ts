import { useLocation } from "@tanstack/react-router";
import { useLayoutEffect } from "react";
import { activeKey, flatMenu } from "@/access/menu";
import type { Me } from "@/api/types";
import { useT } from "@/i18n/index";

/**
 * The window is called after the menu entry; a page with a header of its own then says it better. A layout effect,
 * because those run before the page's own effects.
 */
export function usePageTitle(me: Me): void {
  const t = useT();
  const { pathname, search } = useLocation();
  const key = activeKey(me.menu, pathname, search);
  const label = flatMenu(me.menu).find((item) => item.key === key)?.label;
  const name = t("app.name");
  useLayoutEffect(() => {
    document.title = label ? `${label} · ${name}` : name;
  }, [label, name]);
}
