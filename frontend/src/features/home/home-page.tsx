import { useQuery } from "@tanstack/react-query";
import { type CSSProperties, lazy, Suspense } from "react";
import { useCan } from "@/access/me";
import { WorklistCard } from "@/features/worklist/public";
import { useLocale, useT } from "@/i18n/index";
import { CounterTile } from "@/kit/counter-tile";
import { localTime } from "@/kit/date-time";
import { SkeletonCard, SkeletonLine } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import styles from "./home-page.module.css";
import { homeQuery } from "./queries";
import { RecentList } from "./recent-list";
import { TasksToday } from "./tasks-today";

/** Only administrators load it. */
const GuideCard = lazy(() => import("@/features/guide/guide-card"));

export function HomePage() {
  const t = useT("home");
  const can = useCan();
  const locale = useLocale();
  const home = useQuery(homeQuery);
  if (home.isPending) return <HomeSkeleton />;
  if (home.isError) return <ErrorState error={home.error} onRetry={() => void home.refetch()} />;
  const { greeting, counters, today, recent } = home.data;
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{t(greetingKey(localTime().hour()), { name: greeting })}</h1>
        <p>{localTime().format(locale === "zh-CN" ? "M月D日 dddd" : "dddd, D MMMM")}</p>
      </header>
      {can("administration.parameter.edit") ? (
        <Suspense fallback={null}>
          <GuideCard />
        </Suspense>
      ) : null}
      <section aria-label={t("counters")} className={styles.tiles} style={columnsFor(counters.length)}>
        {counters.map((counter) => (
          <CounterTile key={counter.key} counter={counter} />
        ))}
      </section>
      <div className={styles.columns}>
        <WorklistCard />
        <div className={styles.column}>
          <TasksToday items={today.tasks} all={counters.find((counter) => counter.key === "tasks")} />
          <RecentList items={recent} />
        </div>
      </div>
    </div>
  );
}

/** All in one row up to seven, else two even rows. */
function columnsFor(count: number): CSSProperties {
  return { "--tiles": count <= 7 ? Math.max(4, count) : Math.ceil(count / 2) } as CSSProperties;
}

/** Named for the hour on the person's own clock. */
function greetingKey(hour: number): string {
  if (hour < 5) return "greeting.night";
  if (hour < 11) return "greeting.morning";
  if (hour < 13) return "greeting.noon";
  return hour < 18 ? "greeting.afternoon" : "greeting.evening";
}

function HomeSkeleton() {
  return (
    <div className={styles.page}>
      <SkeletonLine width={220} height={28} />
      <div className={styles.tiles} style={columnsFor(6)}>
        {["a", "b", "c", "d", "e", "f"].map((key) => (
          <SkeletonCard key={key} lines={1} />
        ))}
      </div>
      <div className={styles.columns}>
        <SkeletonCard lines={7} />
        <SkeletonCard lines={7} />
      </div>
    </div>
  );
}
