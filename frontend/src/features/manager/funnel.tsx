import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Money } from "@/kit/money";
import styles from "./funnel.module.css";
import type { FunnelStep } from "./queries";

/** Bars of the browser, not a picture: each is a link, read aloud as it stands. */
export function Funnel({ steps }: { steps: FunnelStep[] }) {
  const t = useT("manager");
  const most = Math.max(1, ...steps.map((step) => step.count));
  return (
    <ol className={styles.list}>
      {steps.map((step) => {
        const row = (
          <>
            <span className={styles.label}>{step.label}</span>
            <span className={styles.track}>
              <span
                className={step.kind === "lost" ? styles.lost : styles.bar}
                style={{ width: `${Math.max(2, (step.count / most) * 100)}%` }}
              />
            </span>
            <span className={`${styles.count} km-num`}>{t("funnel.count", { count: step.count })}</span>
            <span className={styles.sum}>
              <Money value={step.sum} short />
            </span>
          </>
        );
        return (
          <li key={step.key}>
            {step.path ? (
              <AppLink path={step.path} className={styles.row}>
                {row}
              </AppLink>
            ) : (
              <div className={styles.row}>{row}</div>
            )}
          </li>
        );
      })}
    </ol>
  );
}
