import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { LayoutDashboard } from "lucide-react";
import { type CSSProperties, lazy, Suspense, useState } from "react";
import { useCan } from "@/access/me";
import { useLocale, useT } from "@/i18n/index";
import { CounterTile } from "@/kit/counter-tile";
import { localTime } from "@/kit/date-time";
import { SkeletonCard, SkeletonLine } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { Bands } from "./bands";
import { CardBody } from "./card-body";
import styles from "./home-page.module.css";
import { type Home, homeQuery } from "./queries";

/** Only administrators load it. */
const GuideCard = lazy(() => import("@/features/guide/guide-card"));
/** Loaded when somebody arranges his page. */
const Arrange = lazy(() => import("./arrange").then((module) => ({ default: module.Arrange })));

export function HomePage() {
  const t = useT("home");
  const locale = useLocale();
  const home = useQuery(homeQuery);
  const [arranging, setArranging] = useState(false);
  if (home.isPending) return <HomeSkeleton />;
  if (home.isError) return <ErrorState error={home.error} onRetry={() => void home.refetch()} />;
  const leave = () => setArranging(false);
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>
          {arranging
            ? t("arranging.title")
            : t(greetingKey(localTime().hour()), { name: home.data.greeting })}
        </h1>
        {arranging ? null : (
          <>
            <p>{localTime().format(locale === "zh-CN" ? "M月D日 dddd" : "dddd, D MMMM")}</p>
            <Button
              type="text"
              className={styles.arrange}
              icon={<LayoutDashboard size={15} aria-hidden />}
              onClick={() => setArranging(true)}
            >
              {t("arrange")}
            </Button>
          </>
        )}
      </header>
      {arranging ? (
        <Suspense fallback={<SkeletonCard lines={7} />}>
          <Arrange path="/home/arrangement" onLeave={leave} onKept={leave} />
        </Suspense>
      ) : (
        <Arranged home={home.data} onArrange={() => setArranging(true)} />
      )}
    </div>
  );
}

function Arranged({ home, onArrange }: { home: Home; onArrange: () => void }) {
  const t = useT("home");
  const can = useCan();
  const { counters, cards } = home;
  return (
    <>
      {can("administration.parameter.edit") ? (
        <Suspense fallback={null}>
          <GuideCard />
        </Suspense>
      ) : null}
      {counters.length > 0 ? (
        <section aria-label={t("counters")} className={styles.tiles} style={columnsFor(counters.length)}>
          {counters.map((counter) => (
            <CounterTile key={counter.key} counter={counter} />
          ))}
        </section>
      ) : null}
      <Bands cards={cards} draw={(card) => <CardBody key={card.code} card={card} />} />
      {counters.length + cards.length === 0 ? (
        <EmptyState
          icon={LayoutDashboard}
          title={t("nothing")}
          text={t("nothingText")}
          action={<Button onClick={onArrange}>{t("arranging.title")}</Button>}
        />
      ) : null}
    </>
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
      <Bands
        cards={[
          { code: "a", place: "left" as const },
          { code: "b", place: "right" as const },
        ]}
        draw={(card) => <SkeletonCard key={card.code} lines={7} />}
      />
    </div>
  );
}
