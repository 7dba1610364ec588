import { useQuery } from "@tanstack/react-query";
import { PhoneCall } from "lucide-react";
import { useState } from "react";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { worklistQuery } from "./queries";
import styles from "./worklist.module.css";
import { type Doing, WorklistLine } from "./worklist-line";

const FIRST = 8;

/** The first few of today's list, for home. */
export function WorklistCard() {
  const t = useT("worklist");
  const list = useQuery(worklistQuery({}, FIRST));
  const [open, setOpen] = useState<{ id: string; doing: Doing } | null>(null);
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const items = (list.data?.items ?? []).filter((line) => !gone.has(line.customer.id));
  return (
    <Card
      title={t("title")}
      extra={
        list.data?.total ? <AppLink path="/worklist">{t("all", { count: list.data.total })}</AppLink> : null
      }
      flush
    >
      {list.isPending ? <SkeletonRows rows={5} /> : null}
      {list.isError ? <ErrorState compact error={list.error} onRetry={() => void list.refetch()} /> : null}
      {list.data && items.length === 0 ? (
        <EmptyState
          icon={PhoneCall}
          title={t("empty")}
          text={t("emptyText")}
          action={<AppLink path="/customers">{t("next")}</AppLink>}
        />
      ) : null}
      <ul className={styles.list}>
        {items.map((line) => (
          <WorklistLine
            key={line.customer.id}
            line={line}
            doing={open?.id === line.customer.id ? open.doing : null}
            onDo={(doing) => setOpen(doing ? { id: line.customer.id, doing } : null)}
            onDone={() => {
              setOpen(null);
              setGone(new Set([...gone, line.customer.id]));
            }}
          />
        ))}
      </ul>
    </Card>
  );
}
