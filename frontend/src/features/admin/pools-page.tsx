import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { requestCreate } from "@/access/create-request";
import { useLocale, useT } from "@/i18n/index";
import { PageHeader } from "@/kit/page-header";
import { ListState } from "./list-state";
import { MasterDetail } from "./master-detail";
import { PoolCard } from "./pool-card";
import { PoolMembers } from "./pool-members";
import { allOf, nameOf } from "./queries";
import { useSectionTitle } from "./use-section-title";

const FIELDS =
  "name,name_en,description,hold_limit,daily_claims,daily_views,reclaim_days,regions,industries,distribution,position,is_default";

/** Pools, their limits and whom each is open to (POOL-1). */
export function PoolsPage() {
  const t = useT("admin");
  const locale = useLocale();
  const title = useSectionTitle("pools");
  const pools = useQuery(allOf("pools", FIELDS));
  return (
    <>
      <PageHeader
        title={title}
        sub={t("pools.sub")}
        actions={<Button onClick={() => requestCreate("pools")}>{t("pools.create")}</Button>}
      />
      <ListState query={pools} object="pools">
        {(rows) => (
          <MasterDetail
            label={title}
            items={rows.map((row) => ({
              id: row.id,
              label: nameOf(row, locale),
              sub: row.is_default ? t("pools.default") : null,
            }))}
          >
            {(id) => {
              const pool = rows.find((row) => row.id === id);
              if (!pool) return null;
              return (
                <>
                  <PoolCard pool={pool} name={nameOf(pool, locale)} />
                  <PoolMembers key={id} id={id} />
                </>
              );
            }}
          </MasterDetail>
        )}
      </ListState>
    </>
  );
}
