import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Waves } from "lucide-react";
import { useCan } from "@/access/me";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { PageHeader } from "@/kit/page-header";
import { Pills } from "@/kit/pills";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import styles from "./pool.module.css";
import { PoolRows } from "./pool-rows";
import { usePooled } from "./pooled";
import { type MyPool, type MyPools, myPoolsQuery } from "./queries";

/** The pools open to one, what is left of one's quotas today, and what lies there to claim (POOL-1, 2, 4). */
export function PoolPage() {
  const t = useT("pool");
  const navigate = useNavigate();
  const search: { id?: string } = useSearch({ strict: false });
  const can = useCan();
  const [kind, setKind] = usePooled();
  const mine = useQuery(myPoolsQuery(kind));
  const pools = mine.data?.items ?? [];
  const chosen =
    pools.find((pool) => pool.id === search.id) ?? pools.find((pool) => pool.count > 0) ?? pools[0];
  return (
    <div className={styles.page}>
      <PageHeader
        title={t("title")}
        sub={t(`sub_${kind}`)}
        actions={
          chosen?.gives_out ? (
            <AppLink path={`/pool/${chosen.id}?object=${kind}`}>{t(`distribute_${kind}`)}</AppLink>
          ) : undefined
        }
      >
        {can("sales.lead.view") ? (
          <Pills
            label={t("what")}
            options={[
              { value: "customers", label: t("customers") },
              { value: "leads", label: t("leads") },
            ]}
            value={kind}
            onChoose={setKind}
          />
        ) : null}
        <div className={styles.chips}>
          {pools.map((pool) => (
            <button
              key={pool.id}
              type="button"
              aria-pressed={pool.id === chosen?.id}
              onClick={() =>
                void navigate({
                  to: ".",
                  search: { ...(kind === "leads" ? { object: kind } : {}), id: pool.id } as never,
                  replace: true,
                })
              }
            >
              {pool.label} <b>{pool.count > 10_000 ? "10000+" : pool.count}</b>
            </button>
          ))}
        </div>
      </PageHeader>
      {mine.isPending ? <SkeletonRows rows={8} /> : null}
      {mine.isError ? <ErrorState error={mine.error} onRetry={() => void mine.refetch()} /> : null}
      {mine.data && !chosen ? <EmptyState icon={Waves} title={t("none")} text={t("noneText")} /> : null}
      {mine.data && chosen ? (
        <>
          <Quota mine={mine.data} pool={chosen} />
          <PoolRows key={`${chosen.id} ${kind}`} kind={kind} pool={chosen} mayClaim={mine.data.may_claim} />
        </>
      ) : null}
    </div>
  );
}

function Quota({ mine, pool }: { mine: MyPools; pool: MyPool }) {
  const t = useT("pool");
  const parts = [
    pool.claims_left === null ? null : { key: "claims", left: pool.claims_left },
    pool.views_left === null ? null : { key: "views", left: pool.views_left },
  ].filter((part) => part !== null);
  return (
    <div className={styles.quota} role="status">
      {parts.map((part) => (
        <span key={part.key} className={part.left === 0 ? styles.none : undefined}>
          {t(`${part.key}_left`, { count: part.left })}
        </span>
      ))}
      <span>
        {pool.hold_limit === null
          ? t("held", { count: mine.held })
          : t("heldOf", { count: mine.held, limit: pool.hold_limit })}
      </span>
      {pool.reclaim_days > 0 ? <span>{t("reclaim", { count: pool.reclaim_days })}</span> : null}
      {pool.description ? <span>{pool.description}</span> : null}
    </div>
  );
}
