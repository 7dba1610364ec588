import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { lazy, Suspense, useState } from "react";
import type { Row } from "@/api/types";
import { comma, useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { useMeta } from "@/objects/data/meta";
import styles from "./pools.module.css";
import { allOf, textOf } from "./queries";

const EditPanel = lazy(async () => ({ default: (await import("@/objects/form/form-panel")).EditPanel }));

function wordsOf(value: Row[string]): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** What holds in a pool: its limits, where blank those of the parameters. */
export function PoolCard({ pool, name }: { pool: Row; name: string }) {
  const t = useT("admin");
  const client = useQueryClient();
  const [editing, setEditing] = useState(false);
  const { data: meta } = useMeta("pools");
  const choices = meta?.fields.find((field) => field.name === "industries")?.choices ?? [];
  const industries = wordsOf(pool.industries).map(
    (code) => choices.find((choice) => choice.value === code)?.label ?? code,
  );
  const limit = (value: Row[string]) => textOf(value) || t("pools.byParameter");
  return (
    <Card
      title={name}
      extra={
        <span className={styles.tools}>
          <AppLink path={`/pool/${pool.id}`}>{t("pools.board")}</AppLink>
          <AppLink path={`/pools/${pool.id}`}>{t("pools.record")}</AppLink>
          <Button size="small" onClick={() => setEditing(true)}>
            {t("pools.edit")}
          </Button>
        </span>
      }
    >
      {pool.description ? <p className={styles.text}>{textOf(pool.description)}</p> : null}
      <dl className={styles.facts}>
        <div>
          <dt>{t("pools.holdLimit")}</dt>
          <dd>{limit(pool.hold_limit)}</dd>
        </div>
        <div>
          <dt>{t("pools.dailyClaims")}</dt>
          <dd>{limit(pool.daily_claims)}</dd>
        </div>
        <div>
          <dt>{t("pools.dailyViews")}</dt>
          <dd>{limit(pool.daily_views)}</dd>
        </div>
        <div>
          <dt>{t("pools.reclaimDays")}</dt>
          <dd>{limit(pool.reclaim_days)}</dd>
        </div>
        <div>
          <dt>{t("pools.areas")}</dt>
          <dd>{[...wordsOf(pool.regions), ...industries].join(comma()) || t("pools.noAreas")}</dd>
        </div>
      </dl>
      {editing ? (
        <Suspense fallback={null}>
          <EditPanel
            object="pools"
            id={pool.id}
            onClose={() => {
              setEditing(false);
              void client.invalidateQueries({ queryKey: allOf("pools").queryKey });
            }}
          />
        </Suspense>
      ) : null}
    </Card>
  );
}
