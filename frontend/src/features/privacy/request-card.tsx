import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import type { AsideProps } from "@/objects/slots";
import styles from "./privacy.module.css";

type Open = {
  open: true;
  rows: { label: string; count: number; own: boolean }[];
  files: number;
  rest: string;
  shared: boolean;
  refusal: string | null;
};
type Settled = {
  open: false;
  outcome: { rows?: number; audit?: number; files?: number; left?: string[] };
  file: string | null;
};

/** Of an erasure what it would take, before anybody approves it; of what is settled the file, or what came of it. */
export function RequestCard({ record }: AsideProps) {
  const t = useT("privacy");
  const erasure = record.kind === "erasure";
  const wanted = erasure || record.status === "done";
  const query = useQuery({
    queryKey: ["subject-request", record.id, record.version],
    queryFn: async ({ signal }) =>
      (await api.get<Open | Settled>(`/subject-requests/${record.id}/preview`, { signal })).data,
    enabled: wanted && record.status !== "doing",
    retry: false,
  });
  if (record.status === "doing") return <p className={styles.card}>{t("request.doing")}</p>;
  if (!wanted || record.status === "refused") return null;
  const data = query.data;
  return (
    <section className={styles.card}>
      <h2 className={styles.head}>{t(data?.open === false ? "request.done" : "request.preview")}</h2>
      {query.isPending ? <SkeletonRows rows={4} /> : null}
      {query.isError ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {data?.open ? <Preview data={data} /> : null}
      {data?.open === false && erasure ? (
        <p>
          {t("request.outcome", {
            rows: data.outcome.rows ?? 0,
            audit: data.outcome.audit ?? 0,
            files: data.outcome.files ?? 0,
          })}
          {data.outcome.left?.length ? ` ${t("request.left", { count: data.outcome.left.length })}` : ""}
        </p>
      ) : null}
      {data?.open === false && !erasure ? (
        data.file ? (
          <a className={styles.file} href={api.fileUrl(data.file)} download>
            <Download size={15} aria-hidden /> {t("request.file")}
          </a>
        ) : (
          <p className={styles.said}>{t("request.noFile")}</p>
        )
      ) : null}
    </section>
  );
}

function Preview({ data }: { data: Open }) {
  const t = useT("privacy");
  return (
    <>
      {data.refusal ? (
        <p className={styles.refusal} role="alert">
          {data.refusal}
        </p>
      ) : null}
      <ul className={styles.list}>
        {data.rows.map((row) => (
          <li key={row.label} className={styles.line}>
            <span>
              {row.label}
              {row.own ? <span className={styles.said}> · {t("request.own")}</span> : null}
            </span>
            <b className="km-num">{row.count}</b>
          </li>
        ))}
        <li className={styles.line}>
          <span>{t("request.files")}</span>
          <b className="km-num">{data.files}</b>
        </li>
      </ul>
      <p className={styles.said}>{t("request.rest", { rest: data.rest })}</p>
      {data.shared ? <p className={styles.said}>{t("request.shared")}</p> : null}
      <p className={styles.said}>{t("request.stays")}</p>
    </>
  );
}
