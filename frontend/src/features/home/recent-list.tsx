import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { ObjectIcon } from "@/kit/object-icon";
import { EmptyState } from "@/kit/states";
import type { RecentItem } from "./queries";
import styles from "./rows.module.css";

export function RecentList({ items }: { items: RecentItem[] }) {
  const t = useT("home");
  return (
    <Card title={t("recent.title")} flush>
      {items.length === 0 ? (
        <EmptyState compact title={t("recent.empty")} />
      ) : (
        <ul>
          {items.map((item) => (
            <li key={`${item.object}-${item.id}`} className={`${styles.row} ${styles.slim}`}>
              <span className={styles.icon}>
                <ObjectIcon name={item.object} size={17} />
              </span>
              <span className={`${styles.words} ${styles.title}`}>
                <AppLink path={item.path}>{item.label}</AppLink>
              </span>
              {item.object_label ? <span className={styles.time}>{item.object_label}</span> : null}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
