import type { Me, MenuItem } from "@/api/types";

export type PageItem = MenuItem & { path: string };

/** The menu without its groups: every entry that leads somewhere. */
export function flatMenu(menu: MenuItem[]): PageItem[] {
  return menu.flatMap((item) => [
    ...(item.path ? [{ ...item, path: item.path }] : []),
    ...flatMenu(item.children ?? []),
  ]);
}

/** One's own pages: behind the picture of the person, not in the menu. */
export const MINE = "mine";

/** What is drawn beside the page: everything but one's own pages. */
export function mainMenu(menu: MenuItem[]): MenuItem[] {
  return menu.filter((item) => item.key !== MINE);
}

/** A group's entries of every day, and those that wait under "more": a single one, or all there is, is not worth a fold. */
export function partsOf(group: MenuItem): { usual: PageItem[]; rare: PageItem[] } {
  const pages = flatMenu(group.children ?? []);
  const rare = pages.filter((page) => page.rare);
  if (rare.length < 2 || rare.length === pages.length) return { usual: pages, rare: [] };
  return { usual: pages.filter((page) => !page.rare), rare };
}

/** Behind icons alone there is room for little: the day and what stands open and is used often. */
export function shortMenu(menu: MenuItem[]): PageItem[][] {
  const direct = (items: MenuItem[]) => items.flatMap((item) => (item.path ? [item as PageItem] : []));
  const blocks = mainMenu(menu).flatMap((module) => {
    const children = module.children ?? [];
    if (children.length === 0) return [];
    const groups = module.folded ? [] : children.filter((child) => !child.folded && child.children);
    return [direct(children), ...groups.map((group) => partsOf(group).usual)];
  });
  return [direct(mainMenu(menu)), ...blocks].filter((block) => block.length > 0);
}

export function ownPages(menu: MenuItem[]): PageItem[] {
  return flatMenu(menu.filter((item) => item.key === MINE));
}

/** The pinned entries in their order; one the person may no longer open is left out. */
export function favouritesOf(me: Pick<Me, "menu" | "favourites">): PageItem[] {
  const pages = flatMenu(me.menu);
  return me.favourites.flatMap((key) => pages.find((page) => page.key === key) ?? []);
}

/** The key of the entry the address belongs to: the longest path that fits, one with a fitting query first. */
export function activeKey(
  menu: MenuItem[],
  pathname: string,
  search: Record<string, unknown>,
): string | null {
  let best: { key: string; score: number } | null = null;
  for (const item of flatMenu(menu)) {
    const url = new URL(item.path, "http://kemai");
    const inside =
      pathname === url.pathname || (url.pathname !== "/" && pathname.startsWith(`${url.pathname}/`));
    if (!inside) continue;
    const wanted = [...url.searchParams];
    if (!wanted.every(([name, value]) => search[name] === value)) continue;
    const score = url.pathname.length + wanted.length * 1000;
    if (!best || score > best.score) best = { key: item.key, score };
  }
  if (best) return best.key;
  // A page beside the one the menu names (/admin/roles beside /admin/users) belongs to the same entry.
  const area = pathname.split("/")[1];
  return (
    flatMenu(menu).find((item) => area && item.path.split("/")[1] === area && item.path.split("/")[2])?.key ??
    null
  );
}

function singular(object: string): string {
  const word = object.replaceAll("-", "_");
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  return word.endsWith("s") ? word.slice(0, -1) : word;
}

/** Whether the person may create records of a kind: the permission is named `<domain>.<noun>.create`. */
export function mayCreate(me: Pick<Me, "permissions">, object: string): boolean {
  const ending = `.${singular(object)}.create`;
  return Object.keys(me.permissions).some((code) => code.endsWith(ending));
}

/** What the person may create, in the menu's order. */
export function creatable(me: Pick<Me, "menu" | "permissions">): PageItem[] {
  const seen = new Set<string>();
  return flatMenu(me.menu).filter((item) => {
    if (!item.object || seen.has(item.object) || !mayCreate(me, item.object)) return false;
    seen.add(item.object);
    return true;
  });
}

/** Where the form for a new record of an object opens. */
export function createPath(object: string): string {
  return `/${object}?new=1`;
}
