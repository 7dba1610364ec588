import { Button } from "antd";
import { comma, useT } from "@/i18n/index";
import type { Match } from "./matches";
import styles from "./sales.module.css";

type MatchListProps = {
  object: "customers" | "contacts";
  matches: Match[];
  onChoose?: (match: { id: string; label: string }) => void;
};

/** Records that may be the same: by name where one may see them, else by the place they are kept. */
export function MatchList({ object, matches, onChoose }: MatchListProps) {
  const t = useT("sales");
  if (matches.length === 0) return null;
  return (
    <ul className={styles.list} aria-label={t(`matches.${object}`)}>
      {matches.map((match) => {
        const { record } = match;
        return (
          <li key={record?.id ?? `${match.rule}${match.holder}`} className={styles.match}>
            {record ? (
              <span>
                <a href={`/${object}/${record.id}`} target="_blank" rel="noopener">
                  {record.label}
                </a>{" "}
                {(match.reasons ?? [match.label]).join(comma())} · {match.holder}
              </span>
            ) : (
              <span>{t("matches.withheld", { rule: match.label, holder: match.holder })}</span>
            )}
            {record && onChoose ? (
              <Button size="small" onClick={() => onChoose(record)}>
                {t("matches.use")}
              </Button>
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}
