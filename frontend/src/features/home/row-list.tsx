import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { DateTime, daysFromToday } from "@/kit/date-time";
import { Money } from "@/kit/money";
import { ObjectIcon } from "@/kit/object-icon";
import { EmptyState } from "@/kit/states";
import type { RowsCard } from "./queries";
import styles from "./rows.module.css";

/** The first records of a list, in one line each; the rest is behind the card's address. */
export function RowList({ card }: { card: RowsCard }) {
  const t = useT("home");
  const items = card.data?.items ?? [];
  const total = card.data?.total;
  return (
    <Card
      title={
        <>
          {card.label}
          {total ? <span className={styles.count}>{total}</span> : null}
        </>
      }
      extra={card.path ? <AppLink path={card.path}>{t("all")}</AppLink> : null}
      flush
    >
      {items.length === 0 ? (
        <EmptyState compact title={card.empty} />
      ) : (
        <ul>
          {items.map((item) => (
            <li key={item.id} className={`${styles.row} ${styles.slim}`}>
              <span className={styles.icon}>
                <ObjectIcon name={item.object} size={17} />
              </span>
              <span className={styles.words}>
                <span className={styles.title}>
                  {item.path ? <AppLink path={item.path}>{item.label || "–"}</AppLink> : item.label}
                </span>
                {item.sub ? <span className={styles.sub}>{item.sub}</span> : null}
              </span>
              {item.amount ? (
                <span className={styles.amount}>
                  <Money value={item.amount} currency={item.currency} short />
                </span>
              ) : null}
              {item.at ? (
                <span className={`${styles.time} ${card.data?.due && isPast(item.at) ? styles.late : ""}`}>
                  <DateTime value={item.at} kind={item.at.length > 10 ? "smart" : "day"} />
                </span>
              ) : null}
              {item.note || item.note === 0 ? (
                <span className={`${styles.time} km-num`}>{item.note}</span>
              ) : null}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function isPast(at: string): boolean {
  return at.length > 10 ? new Date(at) < new Date() : daysFromToday(at) < 0;
}
