import { Trophy } from "lucide-react";
import { useState } from "react";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Avatar } from "@/kit/avatar";
import { Card } from "@/kit/card";
import { Money } from "@/kit/money";
import { EmptyState } from "@/kit/states";
import type { RankRow } from "./queries";
import styles from "./ranking.module.css";

const COLUMNS = ["won_sum", "won_count", "new_customers", "interactions"] as const;
type Column = (typeof COLUMNS)[number];

export function Ranking({ rows }: { rows: RankRow[] }) {
  const t = useT("manager");
  const [by, setBy] = useState<Column>("won_sum");
  const sorted = [...rows].sort((a, b) => Number(b[by]) - Number(a[by]));
  const most = Math.max(1, ...sorted.map((row) => Number(row[by])));
  return (
    <Card title={t("ranking.title")} flush>
      {rows.length === 0 ? (
        <EmptyState icon={Trophy} title={t("ranking.empty")} text={t("ranking.emptyText")} />
      ) : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col" className={styles.place}>
                {t("ranking.place")}
              </th>
              <th scope="col">{t("ranking.person")}</th>
              {COLUMNS.map((column) => (
                <th
                  key={column}
                  scope="col"
                  className={styles.figure}
                  aria-sort={column === by ? "descending" : undefined}
                >
                  <button type="button" onClick={() => setBy(column)}>
                    {t(`measure.${column}`)}
                    <span aria-hidden>{column === by ? " ↓" : ""}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.map((row, index) => (
              <tr key={row.user.id}>
                <td className={`${styles.place} km-num`}>{index + 1}</td>
                <td>
                  <span className={styles.person}>
                    <Avatar name={row.user.label} size={24} />
                    {row.path ? <AppLink path={row.path}>{row.user.label}</AppLink> : row.user.label}
                  </span>
                  <span className={styles.track}>
                    <span style={{ width: `${(Number(row[by]) / most) * 100}%` }} />
                  </span>
                </td>
                <td className={styles.figure}>
                  <Money value={row.won_sum} />
                </td>
                <td className={`${styles.figure} km-num`}>{row.won_count}</td>
                <td className={`${styles.figure} km-num`}>{row.new_customers}</td>
                <td className={`${styles.figure} km-num`}>{row.interactions}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
