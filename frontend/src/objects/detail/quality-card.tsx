import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { DateTime } from "@/kit/date-time";
import { keys } from "../data/keys";
import { useFormat } from "../fields/use-format";
import type { ObjectMeta, RecordData } from "../model/meta";
import styles from "./detail.module.css";

type Explained = {
  score: number | null;
  faults: { kind: string; field: string; text: string; weight: number }[];
  confirmed_at: string | null;
};

const SHOWN = 4;

/** How good the record is and what would make it better, the weightiest first. */
export function QualityCard({ meta, record }: { meta: ObjectMeta; record: RecordData }) {
  const { t } = useFormat();
  const { data } = useQuery({
    queryKey: [...keys.history(meta.name, record.id), "quality", record.version],
    queryFn: async ({ signal }) =>
      (await api.get<Explained>(`/quality/${meta.name}/${record.id}`, { signal })).data,
  });
  if (!data || data.score === null) return null;
  return (
    <section className={styles.card}>
      <h2 className={styles.cardHead}>{t("quality.title", { score: data.score })}</h2>
      <div className={styles.quality}>
        <meter min={0} max={100} low={60} optimum={100} value={data.score} aria-label={t("quality.label")} />
        <ul>
          {data.faults.slice(0, SHOWN).map((fault) => (
            <li key={`${fault.kind}${fault.field}`}>{fault.text}</li>
          ))}
          {data.faults.length > SHOWN ? (
            <li>{t("quality.more", { count: data.faults.length - SHOWN })}</li>
          ) : null}
        </ul>
        <p>
          {data.confirmed_at ? (
            <>
              {t("quality.confirmed")} <DateTime value={data.confirmed_at} kind="smart" />
            </>
          ) : (
            t("quality.unconfirmed")
          )}
        </p>
      </div>
    </section>
  );
}
