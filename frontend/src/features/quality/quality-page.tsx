import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Segmented } from "antd";
import { BadgeCheck } from "lucide-react";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { SimpleTable } from "@/kit/simple-table";
import { SkeletonRows } from "@/kit/skeleton";
import { StatTile } from "@/kit/stat-tile";
import { EmptyState, ErrorState } from "@/kit/states";
import { type By, type Figures, type Group, listPath } from "./paths";
import styles from "./quality.module.css";
import { TrendLine } from "./trend-line";

const COUNTS = ["low", "stale", "invalid", "suspicious"] as const;

/** How good the files are, by department or owner; each figure opens the records behind it. */
export function QualityPage() {
  const t = useT("quality");
  const navigate = useNavigate();
  const search: { by?: By } = useSearch({ strict: false });
  const by: By = search.by === "owner" ? "owner" : "department";
  const query = useQuery({
    queryKey: ["quality", by],
    queryFn: async ({ signal }) => (await api.get<Figures>("/quality", { query: { by }, signal })).data,
    placeholderData: keepPreviousData,
  });
  const data = query.data;
  return (
    <div className={styles.page}>
      <PageHeader
        title={t("title")}
        sub={t("sub", { low: data?.low ?? 60, days: data?.stale_days ?? 180 })}
        actions={<AppLink path="/customers?view=to_improve">{t("mine")}</AppLink>}
      />
      {query.isPending ? <SkeletonRows rows={6} /> : null}
      {query.isError ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {data && data.total.count === 0 ? <EmptyState icon={BadgeCheck} title={t("none")} /> : null}
      {data && data.total.count > 0 ? (
        <>
          <div className={styles.tiles}>
            <StatTile
              label={t("score")}
              value={data.total.score ?? "–"}
              note={t("of", { count: data.total.count })}
            />
            {COUNTS.map((name) => (
              <StatTile
                key={name}
                label={t(name)}
                value={data.total[name]}
                tone={data.total[name] > 0 && name !== "stale" ? "warn" : null}
                path={listPath(data, null, name)}
              />
            ))}
          </div>
          <Card
            title={t("groups")}
            extra={
              <Segmented
                value={by}
                onChange={(value) =>
                  void navigate({ to: ".", search: { by: value } as never, replace: true })
                }
                options={[
                  { value: "department", label: t("department") },
                  { value: "owner", label: t("owner") },
                ]}
              />
            }
            flush
          >
            <Groups data={data} />
            {data.more ? <p className={styles.more}>{t("more", { count: data.groups.length })}</p> : null}
          </Card>
          <div className={styles.pair}>
            <Card title={t("faults")} flush>
              <SimpleTable
                label={t("faults")}
                rows={data.faults}
                rowKey={(row) => row.fault}
                columns={[
                  { key: "text", title: t("fault"), cell: (row) => row.text },
                  {
                    key: "count",
                    title: t("count"),
                    align: "end",
                    cell: (row) => (
                      <AppLink path={listPath(data, null, "count", row.fault)}>{row.count}</AppLink>
                    ),
                  },
                ]}
              />
            </Card>
            {data.trend.length > 0 ? (
              <Card title={t("trend")}>
                <TrendLine days={data.trend} />
              </Card>
            ) : null}
          </div>
        </>
      ) : null}
    </div>
  );
}

function Groups({ data }: { data: Figures }) {
  const t = useT("quality");
  return (
    <SimpleTable
      label={t("groups")}
      rows={data.groups}
      rowKey={(row) => row.id ?? "pool"}
      columns={[
        { key: "label", title: t(data.by), cell: (row) => row.label },
        { key: "score", title: t("score"), align: "end", cell: (row) => <Bar group={row} low={data.low} /> },
        {
          key: "count",
          title: t("count"),
          align: "end",
          cell: (row) => <AppLink path={listPath(data, row, "count")}>{row.count}</AppLink>,
        },
        ...COUNTS.map((name) => ({
          key: name,
          title: t(name),
          align: "end" as const,
          cell: (row: Group) =>
            row[name] > 0 ? <AppLink path={listPath(data, row, name)}>{row[name]}</AppLink> : 0,
        })),
      ]}
    />
  );
}

function Bar({ group, low }: { group: Group; low: number }) {
  const score = group.score ?? 0;
  return (
    <span className={styles.bar}>
      <span aria-hidden="true">
        <i className={score < low ? styles.bad : styles.good} style={{ width: `${score}%` }} />
      </span>
      {group.score ?? "–"}
    </span>
  );
}
