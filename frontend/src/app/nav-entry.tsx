import { Star } from "lucide-react";
import type { PageItem } from "@/access/menu";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { ObjectIcon } from "@/kit/object-icon";
import styles from "./nav-list.module.css";

type NavEntryProps = {
  item: PageItem;
  current: boolean;
  /** Whether it is one of the person's own, and how to change that; without it there is nothing to press. */
  pinned: boolean;
  onPin?: ((key: string) => void) | undefined;
  narrow?: boolean | undefined;
  onGo?: (() => void) | undefined;
};

/** One line of the menu. Its star is for the pointer; by keyboard the palette pins the page one is on. */
export function NavEntry({ item, current, pinned, onPin, narrow, onGo }: NavEntryProps) {
  const t = useT();
  const pin = t(pinned ? "nav.unpin" : "nav.pin", { name: item.label });
  return (
    <li className={styles.entry}>
      <AppLink
        path={item.path}
        className={`${styles.link} ${current ? styles.current : ""}`}
        aria-current={current ? "page" : undefined}
        title={narrow ? item.label : undefined}
        aria-label={narrow ? item.label : undefined}
        onClick={onGo}
      >
        <ObjectIcon name={item.icon ?? item.key} size={17} />
        {narrow ? null : <span className={styles.label}>{item.label}</span>}
      </AppLink>
      {narrow || !onPin ? null : (
        <button
          type="button"
          tabIndex={-1}
          className={`${styles.pin} ${pinned ? styles.pinned : ""}`}
          aria-label={pin}
          title={pin}
          aria-pressed={pinned}
          onClick={() => onPin(item.key)}
        >
          <Star size={14} aria-hidden />
        </button>
      )}
    </li>
  );
}
