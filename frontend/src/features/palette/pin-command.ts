import { useLocation } from "@tanstack/react-router";
import { useMe } from "@/access/me";
import { activeKey, flatMenu } from "@/access/menu";
import { useTogglePin } from "@/app/personal-settings";
import { useT } from "@/i18n/index";
import type { Command } from "./pages";

/** Pinning the page one is on to the top of the menu, and taking it down again, without a pointer. */
export function usePinCommand(): Command[] {
  const t = useT("palette");
  const me = useMe();
  const { pathname, search } = useLocation();
  const toggle = useTogglePin();
  const key = activeKey(me.menu, pathname, search);
  const page = flatMenu(me.menu).find((item) => item.key === key);
  if (!page) return [];
  const label = t(me.favourites.includes(page.key) ? "unpinPage" : "pinPage");
  const words = `${label} shoucang sc pin favourite star`.toLowerCase();
  return [{ key: "pin", label, icon: "pin", path: page.path, words, run: () => toggle(page.key) }];
}
