import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { DateTime } from "@/kit/date-time";
import { SidePanel } from "@/kit/side-panel";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { type DeliveryDetail, webhooksKey } from "./queries";
import { errorWord } from "./webhook-view";
import styles from "./webhooks.module.css";

/** One delivery: its tries, what was sent, what came back. */
export function DeliveryPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useT("webhooks");
  const found = useQuery({
    queryKey: [...webhooksKey, "delivery", id],
    queryFn: async ({ signal }) =>
      (await api.get<DeliveryDetail>(`/webhook-deliveries/${id}`, { signal })).data,
  });
  const one = found.data;
  return (
    <SidePanel
      open
      onClose={onClose}
      title={one ? (one.test ? t("test.name") : one.event) : t("log")}
      width={640}
    >
      {found.isPending ? <SkeletonRows rows={6} /> : null}
      {found.isError ? <ErrorState error={found.error} onRetry={() => void found.refetch()} /> : null}
      {one ? (
        <div className={styles.panel}>
          <p className={styles.hint}>
            webhook-id: <code>{one.id}</code>
          </p>
          {one.record_id ? (
            <AppLink path={`/${one.object}/${one.record_id}`}>{t("openRecord")}</AppLink>
          ) : null}
          <h3>{t("tries")}</h3>
          {one.tries.length === 0 ? <p className={styles.hint}>{t("noTries")}</p> : null}
          <ol className={styles.tryList}>
            {one.tries.map((item) => (
              <li key={item.at} className="km-num">
                <DateTime value={item.at} kind="instant" /> · {item.status ?? errorWord(t, item.error)} ·{" "}
                {item.milliseconds} ms
              </li>
            ))}
          </ol>
          {one.withheld ? <p className={styles.notice}>{t("withheld")}</p> : null}
          {one.body ? (
            <>
              <h3>{t("sent")}</h3>
              <pre className={styles.code}>{pretty(one.body)}</pre>
            </>
          ) : null}
          {one.answer ? (
            <>
              <h3>{t("cameBack")}</h3>
              <pre className={styles.code}>{one.answer}</pre>
            </>
          ) : null}
        </div>
      ) : null}
    </SidePanel>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
