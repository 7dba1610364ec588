import { Trophy } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Avatar } from "@/kit/avatar";
import { Card } from "@/kit/card";
import { Money } from "@/kit/money";
import { EmptyState } from "@/kit/states";
import { pathOf, type RankRow } from "./queries";
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
                  <Figure row={row} measure="won_sum">
                    <Money value={row.won_sum} />
                  </Figure>
                </td>
                <td className={`${styles.figure} km-num`}>
                  <Figure row={row} measure="won_count">
                    {row.won_count}
                  </Figure>
                </td>
                <td className={`${styles.figure} km-num`}>
                  <Figure row={row} measure="new_customers">
                    {row.new_customers}
                  </Figure>
                </td>
                <td className={`${styles.figure} km-num`}>
                  <Figure row={row} measure="interactions">
                    {row.interactions}
                  </Figure>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function Figure({ row, measure, children }: { row: RankRow; measure: Column; children: ReactNode }) {
  const path = pathOf(row, measure);
  if (!path || Number(row[measure]) === 0) return children;
  return (
    <AppLink path={path} className={styles.link}>
      {children}
    </AppLink>
  );
}
