import { useLocation } from "@tanstack/react-router";
import { ChevronRight, Ellipsis } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useMe } from "@/access/me";
import { activeKey, favouritesOf, mainMenu, type PageItem, partsOf, shortMenu } from "@/access/menu";
import type { MenuItem } from "@/api/types";
import { useT } from "@/i18n/index";
import { NavEntry } from "./nav-entry";
import styles from "./nav-list.module.css";
import { useTogglePin } from "./personal-settings";
import { useFolding } from "./use-folding";

type NavListProps = { narrow?: boolean; onGo?: () => void };

/** The menu: what one pinned, the day, and the modules with their groups, each opened and closed as one likes. */
export function NavList({ narrow, onGo }: NavListProps) {
  const t = useT();
  const me = useMe();
  const { pathname, search } = useLocation();
  const current = activeKey(me.menu, pathname, search);
  const folding = useFolding();
  const list = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is what may stand out of sight
  useEffect(() => {
    list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [current]);
  const togglePin = useTogglePin();

  const entry = (item: PageItem) => (
    <NavEntry
      key={item.key}
      item={item}
      current={item.key === current}
      pinned={me.favourites.includes(item.key)}
      onPin={togglePin}
      narrow={narrow}
      onGo={onGo}
    />
  );

  function section(key: string, label: string, otherwise: boolean, module: boolean, inside: ReactNode) {
    const open = folding.isOpen(key, otherwise);
    return (
      <li key={key} className={module ? styles.module : styles.group}>
        <button
          type="button"
          className={styles.heading}
          aria-expanded={open}
          onClick={() => folding.turn(key, !open)}
        >
          {label}
          <ChevronRight size={13} aria-hidden className={open ? styles.turned : undefined} />
        </button>
        {open ? <ul className={styles.list}>{inside}</ul> : null}
      </li>
    );
  }

  /** What is seldom used waits under "more", unless one is just there or it would stand alone. */
  function entries(group: MenuItem) {
    const { usual, rare } = partsOf(group);
    const key = `${group.key}.more`;
    const open = folding.isOpen(key, false);
    const shown = open ? rare : rare.filter((item) => item.key === current);
    return (
      <>
        {usual.map(entry)}
        {shown.map(entry)}
        {rare.length > 0 ? (
          <li>
            <button
              type="button"
              className={styles.more}
              aria-expanded={open}
              aria-label={t(open ? "nav.fewer" : "nav.rare", { group: group.label, count: rare.length })}
              onClick={() => folding.turn(key, !open)}
            >
              <Ellipsis size={17} strokeWidth={1.75} aria-hidden />
              {t(open ? "nav.less" : "nav.more")}
            </button>
          </li>
        ) : null}
      </>
    );
  }

  function module(item: MenuItem) {
    const children = item.children ?? [];
    const here = children.some((child) => child.key === current || holds(child, current));
    return section(
      item.key,
      item.label,
      !item.folded || here,
      true,
      children.map((child) =>
        child.children
          ? section(child.key, child.label, !child.folded || holds(child, current), false, entries(child))
          : entry(child as PageItem),
      ),
    );
  }

  const favourites = favouritesOf(me);
  if (narrow) {
    const blocks = favourites.length > 0 ? [favourites, ...shortMenu(me.menu)] : shortMenu(me.menu);
    return (
      <nav aria-label={t("nav.main")} className={styles.narrow}>
        {blocks.map((block, place) => (
          <ul key={block[0]?.key} className={`${styles.list} ${place > 0 ? styles.ruled : ""}`}>
            {block.map(entry)}
          </ul>
        ))}
      </nav>
    );
  }
  return (
    <nav aria-label={t("nav.main")} ref={list}>
      <ul className={styles.list}>
        {favourites.length > 0
          ? section("favourites", t("nav.favourites"), true, false, favourites.map(entry))
          : null}
        {mainMenu(me.menu).map((item) => (item.path ? entry(item as PageItem) : module(item)))}
      </ul>
    </nav>
  );
}

function holds(group: MenuItem, key: string | null): boolean {
  return (group.children ?? []).some((child) => child.key === key);
}
