import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { Waves } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { ApiError } from "@/api/client";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { DateTime } from "@/kit/date-time";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useGo } from "@/kit/use-go";
import { useIsPhone } from "@/kit/use-is-phone";
import { useMessage } from "@/kit/use-message";
import { keys } from "@/objects/data/keys";
import { useMeta } from "@/objects/data/meta";
import { useRecordList } from "@/objects/data/records";
import { useRecordWrites } from "@/objects/data/writes";
import type { RecordData } from "@/objects/model/meta";
import styles from "./pool.module.css";
import type { Pooled } from "./pooled";
import { MY_POOLS, type MyPool, poolFilter } from "./queries";

/** What a row shows, and when somebody last spoke to it. */
const SHOWN = {
  customers: {
    fields: "name,number,industry,region,source,phone,last_contact_at,updated_at,can",
    last: "last_contact_at",
  },
  leads: {
    fields: "name,number,industry,region,source,score,phone,last_activity_at,updated_at,can",
    last: "last_activity_at",
  },
} as const;

/** What lies in a pool: contact details hidden until claimed. `j` `k` move, `c` claims, `Enter` opens. */
type PoolRowsProps = { kind: Pooled; pool: MyPool; mayClaim: boolean };

export function PoolRows({ kind, pool, mayClaim }: PoolRowsProps) {
  const t = useT("pool");
  const common = useT();
  const phone = useIsPhone();
  const query = { fields: SHOWN[kind].fields, filter: poolFilter(pool.id, {}), sort: "-updated_at" };
  const list = useRecordList(kind, query);
  const { claim, busy } = useClaim(kind);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const words = useChoiceWords(kind);
  if (list.isPending) return <SkeletonRows rows={8} />;
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (rows.length === 0) return <EmptyState icon={Waves} title={t("empty")} text={t(`emptyText_${kind}`)} />;
  return (
    <>
      {mayClaim && !phone ? <p className={styles.keys}>{t("keys")}</p> : null}
      <Card flush>
        <ul className={styles.rows} aria-label={pool.label}>
          {rows.map((row) => (
            <PoolRow
              key={row.id}
              kind={kind}
              row={row}
              words={words}
              busy={busy === row.id}
              onClaim={mayClaim ? () => void claim(row) : null}
            />
          ))}
        </ul>
        {list.hasNextPage ? (
          <div className={styles.more}>
            <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {common("loadMore")}
            </Button>
          </div>
        ) : null}
      </Card>
    </>
  );
}

type Words = (field: string, value: unknown) => string;

function useChoiceWords(kind: Pooled): Words {
  const { data: meta } = useMeta(kind);
  return (name, value) => {
    const field = meta?.fields.find((one) => one.name === name);
    const label = field?.choices?.find((choice) => choice.value === value)?.label;
    return label ?? (typeof value === "string" ? value : "");
  };
}

type PoolRowProps = {
  kind: Pooled;
  row: RecordData;
  words: Words;
  busy: boolean;
  onClaim: (() => void) | null;
};

function PoolRow({ kind, row, words, busy, onClaim }: PoolRowProps) {
  const t = useT("pool");
  const go = useGo();
  const allowed = row.can?.claim;
  const last = row[SHOWN[kind].last];
  const onKeyDown = (event: KeyboardEvent<HTMLLIElement>) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const near =
      event.key === "j" || event.key === "ArrowDown"
        ? event.currentTarget.nextElementSibling
        : event.key === "k" || event.key === "ArrowUp"
          ? event.currentTarget.previousElementSibling
          : undefined;
    if (near === undefined && event.key !== "c" && event.key !== "Enter") return;
    event.preventDefault();
    if (near instanceof HTMLElement) near.focus();
    else if (event.key === "c" && allowed === true) onClaim?.();
    else if (event.key === "Enter") go(`/${kind}/${row.id}`);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: rows are walked by keys, as in every list of the product
    <li className={styles.row} tabIndex={0} onKeyDown={onKeyDown} data-row={row.id}>
      <span className={styles.name}>
        <AppLink path={`/${kind}/${row.id}`}>{String(row.name ?? "")}</AppLink>
      </span>
      <span className={styles.soft}>
        {[words("industry", row.industry), words("region", row.region)].filter(Boolean).join(" · ") || "–"}
      </span>
      <span className={`${styles.soft} ${styles.wide} km-num`}>{String(row.phone || "–")}</span>
      <span className={`${styles.soft} ${styles.wide}`}>
        {typeof last === "string" ? <DateTime value={last} /> : t("never")}
      </span>
      {onClaim ? (
        <Button
          size="small"
          loading={busy}
          disabled={allowed !== true}
          title={typeof allowed === "string" ? allowed : ""}
          aria-label={t("claimName", { name: String(row.name ?? "") })}
          onClick={onClaim}
        >
          {t("claim")}
        </Button>
      ) : null}
    </li>
  );
}

function useClaim(kind: Pooled) {
  const t = useT("pool");
  const client = useQueryClient();
  const message = useMessage();
  const writes = useRecordWrites(kind);
  const [busy, setBusy] = useState<string | null>(null);
  const settle = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: MY_POOLS }),
      client.invalidateQueries({ queryKey: keys.lists(kind) }),
    ]);

  async function claim(row: RecordData) {
    setBusy(row.id);
    const next = document.querySelector<HTMLElement>(`[data-row="${row.id}"] + li`);
    try {
      const { undo } = await writes.command(row.id, "claim", {}, String(row.name ?? ""));
      const words = t("claimed", { name: String(row.name ?? "") });
      if (undo) message.undo(words, undo, () => void settle());
      else message.success(words);
      next?.focus();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      message.error(error);
    } finally {
      setBusy(null);
      await settle();
    }
  }
  return { claim, busy };
}
