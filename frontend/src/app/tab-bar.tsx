import { useLocation } from "@tanstack/react-router";
import { Menu, Plus } from "lucide-react";
import { activeKey, creatable, flatMenu, type PageItem } from "@/access/menu";
import type { Me } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { ObjectIcon } from "@/kit/object-icon";
import type { Overlay } from "./shell";
import styles from "./tab-bar.module.css";

/** Home, the two kinds of record a day is made of, create, and everything else behind "more". */
function tabsOf(me: Me): PageItem[] {
  const pages = flatMenu(me.menu);
  const wanted = ["home", "customers", "tasks"].flatMap(
    (key) => pages.find((page) => page.key === key) ?? [],
  );
  return wanted.length >= 2 ? wanted : pages.slice(0, 3);
}

export function TabBar({ me, onOpen }: { me: Me; onOpen: (overlay: Overlay) => void }) {
  const t = useT();
  const location = useLocation();
  const current = activeKey(me.menu, location.pathname, location.search);
  const [first, second, ...rest] = tabsOf(me);
  const tab = (page: PageItem | undefined) =>
    page ? (
      <AppLink
        key={page.key}
        path={page.path}
        className={`${styles.tab} ${page.key === current ? styles.current : ""}`}
        aria-current={page.key === current ? "page" : undefined}
      >
        <ObjectIcon name={page.icon ?? page.key} size={21} />
        <span>{page.label}</span>
      </AppLink>
    ) : null;
  return (
    <nav className={styles.bar} aria-label={t("nav.tabs")}>
      {tab(first)}
      {tab(second)}
      {creatable(me).length > 0 ? (
        <button
          type="button"
          className={styles.create}
          aria-label={t("bar.create")}
          onClick={() => onOpen("create")}
        >
          <Plus size={24} aria-hidden />
        </button>
      ) : null}
      {rest.map(tab)}
      <button type="button" className={styles.tab} onClick={() => onOpen("nav")}>
        <Menu size={21} strokeWidth={1.75} aria-hidden />
        <span>{t("nav.more")}</span>
      </button>
    </nav>
  );
}
