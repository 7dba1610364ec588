import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { Money } from "@/kit/money";
import { EmptyState } from "@/kit/states";
import styles from "./bars.module.css";
import type { BarsCard } from "./queries";

/** Amounts side by side; each line opens its records. */
export function Bars({ card }: { card: BarsCard }) {
  const t = useT("home");
  const bars = card.data?.bars ?? [];
  const most = Math.max(1, ...bars.map((bar) => Number(bar.amount)));
  return (
    <Card title={card.label} extra={card.path ? <AppLink path={card.path}>{t("open")}</AppLink> : null}>
      {bars.every((bar) => bar.count === 0) ? (
        <EmptyState compact title={card.empty} />
      ) : (
        <ul className={styles.bars}>
          {bars.map((bar) => (
            <li key={bar.path}>
              <AppLink path={bar.path} className={styles.line}>
                <span className={styles.label}>{bar.label}</span>
                <span className={`${styles.count} km-num`}>{t("deals", { count: bar.count })}</span>
                <span className={styles.amount}>
                  <Money value={bar.amount} short />
                </span>
                <span className={styles.track} aria-hidden>
                  <span style={{ width: `${(Number(bar.amount) / most) * 100}%` }} />
                </span>
              </AppLink>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
