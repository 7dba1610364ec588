import { Button } from "antd";
import { LogIn, LogOut } from "lucide-react";
import type { SegmentDetail } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { DateTime } from "@/kit/date-time";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useSegmentChanges } from "@/objects/data/segments";
import styles from "./segments-page.module.css";

/** Who came and who went, newest first, of the records this reader sees. */
export function Changes({ segment }: { segment: SegmentDetail }) {
  const t = useT("segments");
  const changes = useSegmentChanges(segment.id);
  const rows = changes.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card title={t("changes")} flush>
      {changes.isPending ? <SkeletonRows rows={4} /> : null}
      {changes.isError ? (
        <ErrorState compact error={changes.error} onRetry={() => void changes.refetch()} />
      ) : null}
      {changes.isSuccess && rows.length === 0 ? <EmptyState compact title={t("no_changes")} /> : null}
      <ul className={styles.changes}>
        {rows.map((change) => (
          <li key={`${change.what}-${change.record.id}-${change.at}`}>
            {change.what === "joined" ? <LogIn size={15} aria-hidden /> : <LogOut size={15} aria-hidden />}
            <span className={styles.what}>{t(change.what)}</span>
            <AppLink path={`/${segment.object}/${change.record.id}`}>{change.record.label ?? "…"}</AppLink>
            <span className={styles.note}>
              {change.by ? `${change.by} · ` : ""}
              <DateTime value={change.at} />
            </span>
          </li>
        ))}
      </ul>
      {changes.hasNextPage ? (
        <p className={styles.more}>
          <Button
            size="small"
            loading={changes.isFetchingNextPage}
            onClick={() => void changes.fetchNextPage()}
          >
            {t("more")}
          </Button>
        </p>
      ) : null}
    </Card>
  );
}
