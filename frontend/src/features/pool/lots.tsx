import { Button } from "antd";
import { Waves } from "lucide-react";
import { useState } from "react";
import type { Ref } from "@/api/types";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useRecordList } from "@/objects/data/records";
import styles from "./pool.module.css";
import type { Pooled } from "./pooled";
import { type Board, poolFilter } from "./queries";

type LotsProps = { kind: Pooled; id: string; board: Board; chosen: Ref[]; onChoose: (lots: Ref[]) => void };

/** What lies in the pool, by region or industry, to be chosen. */
export function Lots({ kind, id, board, chosen, onChoose }: LotsProps) {
  const t = useT("pool");
  const common = useT();
  const [region, setRegion] = useState("");
  const [industry, setIndustry] = useState("");
  const area = { region: region || undefined, industry: industry || undefined };
  const query = { fields: "name,industry,region", filter: poolFilter(id, area), sort: "-updated_at" };
  const list = useRecordList(kind, query, true, 100);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const industries = new Map(board.industries.map((one) => [one.value, one.label]));
  const keys = new Set(chosen.map((lot) => lot.id));
  const all = rows.length > 0 && rows.every((row) => keys.has(row.id));
  const asRef = (row: { id: string; name?: unknown }): Ref => ({ id: row.id, label: String(row.name ?? "") });
  const toggle = (row: { id: string; name?: unknown }) =>
    onChoose(keys.has(row.id) ? chosen.filter((lot) => lot.id !== row.id) : [...chosen, asRef(row)]);
  return (
    <Card title={t(`lots_${kind}`, { count: board.total })} flush>
      <div className={styles.tools}>
        <select aria-label={t("region")} value={region} onChange={(event) => setRegion(event.target.value)}>
          <option value="">{t("allRegions")}</option>
          {board.regions
            .filter((one) => one.value)
            .map((one) => (
              <option key={one.value} value={one.value}>
                {one.value} ({one.count})
              </option>
            ))}
        </select>
        <select
          aria-label={t("industry")}
          value={industry}
          onChange={(event) => setIndustry(event.target.value)}
        >
          <option value="">{t("allIndustries")}</option>
          {board.industries
            .filter((one) => one.value)
            .map((one) => (
              <option key={one.value} value={one.value}>
                {one.label} ({one.count})
              </option>
            ))}
        </select>
        <Button
          size="small"
          onClick={() => onChoose(all ? [] : rows.map(asRef))}
          disabled={rows.length === 0}
        >
          {t(all ? "chooseNone" : "chooseShown", { count: rows.length })}
        </Button>
      </div>
      {list.isPending ? <SkeletonRows rows={6} /> : null}
      {list.isError ? <ErrorState error={list.error} onRetry={() => void list.refetch()} /> : null}
      {list.data && rows.length === 0 ? <EmptyState icon={Waves} title={t("empty")} compact /> : null}
      <div className={styles.lots}>
        {rows.map((row) => (
          <label key={row.id} className={styles.lot}>
            <input type="checkbox" checked={keys.has(row.id)} onChange={() => toggle(row)} />
            <span>
              {String(row.name ?? "")}
              <small className={styles.soft}>
                {[industries.get(String(row.industry ?? "")), row.region].filter(Boolean).join(" · ")}
              </small>
            </span>
          </label>
        ))}
        {list.hasNextPage ? (
          <div className={styles.more}>
            <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {common("loadMore")}
            </Button>
          </div>
        ) : null}
      </div>
    </Card>
  );
}
