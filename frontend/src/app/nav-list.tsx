import { useLocation } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { activeKey } from "@/access/menu";
import type { MenuItem } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { ObjectIcon } from "@/kit/object-icon";
import styles from "./nav-list.module.css";

const FOLDED_KEY = "km-nav-folded";

function foldedGroups(): Set<string> {
  try {
    return new Set(JSON.parse(localStorage.getItem(FOLDED_KEY) ?? "[]") as string[]);
  } catch {
    return new Set();
  }
}

type NavListProps = { menu: MenuItem[]; narrow?: boolean; onGo?: () => void };

export function NavList({ menu, narrow, onGo }: NavListProps) {
  const t = useT();
  const location = useLocation();
  const current = activeKey(menu, location.pathname, location.search);
  const [folded, setFolded] = useState(foldedGroups);

  function toggle(key: string) {
    const next = new Set(folded);
    if (!next.delete(key)) next.add(key);
    setFolded(next);
    try {
      localStorage.setItem(FOLDED_KEY, JSON.stringify([...next]));
    } catch {
      // Folding is a comfort; without storage it lasts for this page.
    }
  }

  const entry = (item: MenuItem) => (
    <li key={item.key}>
      <AppLink
        path={item.path ?? "/"}
        className={`${styles.link} ${item.key === current ? styles.current : ""}`}
        aria-current={item.key === current ? "page" : undefined}
        title={narrow ? item.label : undefined}
        aria-label={narrow ? item.label : undefined}
        onClick={onGo}
      >
        <ObjectIcon name={item.icon ?? item.key} size={17} />
        {narrow ? null : <span className={styles.label}>{item.label}</span>}
      </AppLink>
    </li>
  );

  return (
    <nav aria-label={t("nav.main")} className={narrow ? styles.narrow : undefined}>
      <ul className={styles.list}>
        {menu.map((item) => {
          const children = item.children ?? [];
          if (children.length === 0) return item.path ? entry(item) : null;
          const open = narrow || !folded.has(item.key) || children.some((child) => child.key === current);
          return (
            <li key={item.key} className={styles.group}>
              {narrow ? (
                <hr className={styles.rule} />
              ) : (
                <button
                  type="button"
                  className={styles.heading}
                  aria-expanded={open}
                  onClick={() => toggle(item.key)}
                >
                  {item.label}
                  <ChevronRight size={13} aria-hidden className={open ? styles.turned : undefined} />
                </button>
              )}
              {open ? <ul className={styles.list}>{children.map(entry)}</ul> : null}
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
