import type { KeyboardEvent } from "react";
import styles from "./tab-list.module.css";

export type Tab = { key: string; label: string; count?: string | null };
type TabListProps = {
  label: string;
  tabs: Tab[];
  current: string;
  onPick: (key: string) => void;
  small?: boolean;
  panelId?: string;
};

/** Tabs by the book (arrow keys move, one tab stop), without the weight of a library's. */
export function TabList({ label, tabs, current, onPick, small, panelId }: TabListProps) {
  function keyDown(event: KeyboardEvent<HTMLDivElement>) {
    const index = tabs.findIndex((tab) => tab.key === current);
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = tabs[(index + by + tabs.length) % tabs.length];
    if (by === 0 || !next) return;
    event.preventDefault();
    onPick(next.key);
    event.currentTarget.querySelector<HTMLElement>(`[data-key="${next.key}"]`)?.focus();
  }
  return (
    <div className={styles.tabs} role="tablist" aria-label={label} data-small={small} onKeyDown={keyDown}>
      {tabs.map((tab) => (
        <button
          key={tab.key}
          type="button"
          role="tab"
          data-key={tab.key}
          className={styles.tab}
          aria-selected={tab.key === current}
          aria-controls={panelId}
          tabIndex={tab.key === current ? 0 : -1}
          onClick={() => onPick(tab.key)}
        >
          {tab.label}
          {tab.count ? <span className={styles.count}>{tab.count}</span> : null}
        </button>
      ))}
    </div>
  );
}
