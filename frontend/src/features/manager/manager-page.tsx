import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import dayjs from "dayjs";
import { ChartNoAxesCombined } from "lucide-react";
import { lazy, Suspense } from "react";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { CounterTile } from "@/kit/counter-tile";
import { PageHeader } from "@/kit/page-header";
import { SkeletonCard } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { Funnel } from "./funnel";
import styles from "./manager-page.module.css";
import { managerQuery } from "./queries";
import { Ranking } from "./ranking";

const Trend = lazy(() => import("./trend").then((module) => ({ default: module.Trend })));

export function ManagerPage() {
  const t = useT("manager");
  const navigate = useNavigate();
  const search: { month?: string; department?: string } = useSearch({ strict: false });
  const thisMonth = dayjs().format("YYYY-MM");
  const month = /^\d{4}-\d{2}$/.test(search.month ?? "") ? (search.month ?? thisMonth) : thisMonth;
  const page = useQuery(managerQuery(month, search.department));

  function choose(change: { month?: string | undefined; department?: string | undefined }) {
    const next = { ...search, ...change };
    void navigate({ to: "/manager", search: next as never, replace: true });
  }

  const months = Array.from({ length: 18 }, (_, back) => dayjs().subtract(back, "month").format("YYYY-MM"));
  return (
    <div className={styles.page}>
      <PageHeader
        title={t("title")}
        sub={t("sub")}
        actions={
          <>
            <select
              className={styles.choice}
              aria-label={t("month")}
              value={month}
              onChange={(event) =>
                choose({ month: event.target.value === thisMonth ? undefined : event.target.value })
              }
            >
              {months.map((value) => (
                <option key={value} value={value}>
                  {dayjs(`${value}-01`).format(t("monthFormat"))}
                </option>
              ))}
            </select>
            <select
              className={styles.choice}
              aria-label={t("department")}
              value={search.department ?? ""}
              onChange={(event) => choose({ department: event.target.value || undefined })}
            >
              <option value="">{t("allDepartments")}</option>
              {page.data?.departments.map((option) => (
                <option key={option.id} value={option.id}>
                  {option.label}
                </option>
              ))}
            </select>
          </>
        }
      />
      {page.isPending ? <SkeletonCard lines={8} /> : null}
      {page.isError ? <ErrorState error={page.error} onRetry={() => void page.refetch()} /> : null}
      {page.data ? (
        <div className={styles.body} aria-busy={page.isPlaceholderData}>
          <section className={styles.totals} aria-label={t("totals")}>
            {page.data.totals.map((total) => (
              <CounterTile key={total.key} counter={total} />
            ))}
          </section>
          <div className={styles.pair}>
            <Card title={t("funnel.title")}>
              {page.data.funnel.some((step) => step.count > 0) ? (
                <Funnel steps={page.data.funnel} />
              ) : (
                <EmptyState
                  icon={ChartNoAxesCombined}
                  title={t("funnel.empty")}
                  text={t("funnel.emptyText")}
                />
              )}
            </Card>
            <Suspense fallback={<SkeletonCard lines={6} />}>
              <Trend months={page.data.trend} />
            </Suspense>
          </div>
          <Ranking rows={page.data.ranking} />
        </div>
      ) : null}
    </div>
  );
}
