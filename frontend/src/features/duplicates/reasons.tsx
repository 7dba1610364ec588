import { useT } from "@/i18n/index";
import { StateTag } from "@/kit/tag";
import styles from "./duplicates.module.css";
import type { Reason } from "./queries";

/** How likely two records are one, 0 to 100. */
export function Score({ value }: { value: number }) {
  const t = useT("duplicates");
  return (
    <span className={styles.score} title={t("scoreHelp")}>
      <b>{value}</b>
      <small>{t("score")}</small>
    </span>
  );
}

/** Why: each rule, and of similar names which part agreed how. */
export function Reasons({ reasons }: { reasons: Reason[] }) {
  return (
    <p className={styles.reasons}>
      {reasons.map((reason) => (
        <StateTag key={reason.rule} tone={reason.score >= 90 ? "warn" : "neutral"}>
          {reason.label}
          {reason.details.length > 0 ? ` · ${reason.details.join(" · ")}` : ""}
        </StateTag>
      ))}
    </p>
  );
}
