import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import type { AsideProps } from "@/objects/slots";
import { MatchList } from "./match-list";
import { matchesQuery } from "./matches";
import styles from "./sales.module.css";

type Score = { score: number; parts: { label: string; points: number }[] };

/** How warm a lead is and why, and who it may be already. */
export function ScoreCard({ record }: AsideProps) {
  const t = useT("sales");
  const score = useQuery({
    queryKey: ["lead-score", record.id, record.version, record.score],
    queryFn: async ({ signal }) => (await api.get<Score>(`/leads/${record.id}/score`, { signal })).data,
    retry: false,
  });
  const open = record.status !== "converted";
  const matches = useQuery({ ...matchesQuery(record.id, record.version), enabled: open });
  const found = matches.data;
  return (
    <>
      {score.data ? (
        <section className={styles.card}>
          <h2 className={styles.head}>{t("score.title", { score: score.data.score })}</h2>
          <ul className={styles.list}>
            {score.data.parts.map((part) => (
              <li key={part.label} className={styles.part}>
                <span>{part.label}</span>
                <b className={part.points < 0 ? styles.less : undefined}>
                  {part.points > 0 ? `+${part.points}` : part.points}
                </b>
              </li>
            ))}
          </ul>
          {score.data.parts.length === 0 ? <p className={styles.said}>{t("score.none")}</p> : null}
        </section>
      ) : null}
      {open && found && found.customers.length + found.contacts.length > 0 ? (
        <section className={styles.card}>
          <h2 className={styles.head}>{t("matches.title")}</h2>
          <MatchList object="customers" matches={found.customers} />
          <MatchList object="contacts" matches={found.contacts} />
        </section>
      ) : null}
    </>
  );
}
