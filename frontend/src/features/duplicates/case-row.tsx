import { Button, Checkbox } from "antd";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { DateTime } from "@/kit/date-time";
import styles from "./duplicates.module.css";
import type { Case, Pair, QueueState } from "./queries";
import { Reasons, Score } from "./reasons";

type Decide = (ids: string[], decision: "different" | "open") => void;
type CaseRowProps = {
  found: Case;
  object: string;
  state: QueueState;
  chosen: boolean;
  onChoose: () => void;
  onDecide: Decide;
};

/** Records that may be one. Of three and more each pair has its own line: they are merged two by two. */
export function CaseRow({ found, object, state, chosen, onChoose, onDecide }: CaseRowProps) {
  const t = useT("duplicates");
  const names = found.records.map((record) => record.label).join(" / ");
  const many = found.records.length > 2;
  return (
    <li className={styles.pair}>
      {state === "merged" ? (
        <span />
      ) : (
        <Checkbox aria-label={t("choose", { names })} checked={chosen} onChange={onChoose} />
      )}
      <div className={styles.both}>
        {many ? <p className={styles.many}>{t("together", { count: found.records.length })}</p> : null}
        {found.records.map((record) => (
          <AppLink key={record.id} path={`/${object}/${record.id}`} className={styles.name}>
            {record.label || t("nameless")}
            {record.sub ? <small>{record.sub}</small> : null}
          </AppLink>
        ))}
        {many ? null : <Reasons reasons={found.reasons} />}
        <Who pair={found} />
      </div>
      <Score value={found.score} />
      {many ? null : <Acts pair={found} object={object} state={state} onDecide={onDecide} />}
      {many ? (
        <ul className={styles.links} aria-label={t("links")}>
          {found.pairs.map((pair) => (
            <li key={pair.id}>
              <span>
                {pair.records.map((record) => record.label || t("nameless")).join(" ↔ ")}
                <Reasons reasons={pair.reasons} />
              </span>
              <Score value={pair.score} />
              <Acts pair={pair} object={object} state={state} onDecide={onDecide} />
            </li>
          ))}
        </ul>
      ) : null}
    </li>
  );
}

function Who({ pair }: { pair: Pair }) {
  const t = useT("duplicates");
  if (!pair.assignee && !pair.decided_by) return null;
  return (
    <p className={styles.who}>
      {pair.assignee ? t("with", { name: pair.assignee.label ?? "" }) : null}
      {pair.decided_by ? t("by", { name: pair.decided_by.label ?? "" }) : null}{" "}
      {pair.decided_at ? <DateTime value={pair.decided_at} kind="smart" /> : null} {pair.note}
    </p>
  );
}

type ActsProps = { pair: Pair; object: string; state: QueueState; onDecide: Decide };

function Acts({ pair, object, state, onDecide }: ActsProps) {
  const t = useT("duplicates");
  const [one, two] = pair.records;
  const names = pair.records.map((record) => record.label).join(" / ");
  return (
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
          <Button
            type="text"
            aria-label={`${t("different")} ${names}`}
            onClick={() => onDecide([pair.id], "different")}
          >
            {t("different")}
          </Button>
        </>
      ) : null}
      {state === "different" ? (
        <Button type="text" onClick={() => onDecide([pair.id], "open")}>
          {t("reopen")}
        </Button>
      ) : null}
    </div>
  );
}
