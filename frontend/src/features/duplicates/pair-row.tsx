import { Button, Checkbox } from "antd";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { DateTime } from "@/kit/date-time";
import { StateTag } from "@/kit/tag";
import styles from "./duplicates.module.css";
import type { Pair, QueueState, Reason } from "./queries";

type PairRowProps = {
  pair: Pair;
  object: string;
  state: QueueState;
  chosen: boolean;
  onChoose: () => void;
  onDecide: (decision: "different" | "open") => void;
};

export function PairRow({ pair, object, state, chosen, onChoose, onDecide }: PairRowProps) {
  const t = useT("duplicates");
  const [one, two] = pair.records;
  const names = pair.records.map((record) => record.label).join(" / ");
  return (
    <li className={styles.pair}>
      {state === "merged" ? null : (
        <Checkbox aria-label={t("choose", { names })} checked={chosen} onChange={onChoose} />
      )}
      <div className={styles.both}>
        {pair.records.map((record) => (
          <AppLink key={record.id} path={`/${object}/${record.id}`} className={styles.name}>
            {record.label || t("nameless")}
            {record.sub ? <small>{record.sub}</small> : null}
          </AppLink>
        ))}
        <Reasons reasons={pair.reasons} />
        {pair.assignee || pair.decided_by ? (
          <p className={styles.who}>
            {pair.assignee ? t("with", { name: pair.assignee.label ?? "" }) : null}
            {pair.decided_by ? t("by", { name: pair.decided_by.label ?? "" }) : null}{" "}
            {pair.decided_at ? <DateTime value={pair.decided_at} kind="smart" /> : null} {pair.note}
          </p>
        ) : null}
      </div>
      <Score value={pair.score} />
      <div className={styles.acts}>
        {state === "open" ? (
          <>
            <AppLink
              path={`/duplicates/compare?object=${object}&one=${one?.id}&two=${two?.id}&pair=${pair.id}`}
              className={styles.compare}
              aria-label={`${t("compare")} ${names}`}
            >
              {t("compare")}
            </AppLink>
            <Button type="text" onClick={() => onDecide("different")}>
              {t("different")}
            </Button>
          </>
        ) : null}
        {state === "different" ? (
          <Button type="text" onClick={() => onDecide("open")}>
            {t("reopen")}
          </Button>
        ) : null}
      </div>
    </li>
  );
}

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
