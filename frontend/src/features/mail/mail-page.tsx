import { useQuery } from "@tanstack/react-query";
import { useT } from "@/i18n/index";
import { DateTime } from "@/kit/date-time";
import { PageHeader } from "@/kit/page-header";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { LetterLog } from "./letter-log";
import styles from "./mail.module.css";
import { type MailSettings, mailQuery } from "./queries";
import { ServerForm } from "./server-form";
import { TestCard } from "./test-card";

/** How messages leave the house by e-mail: the server, a try, and what became of each letter. */
export function MailPage() {
  const t = useT("mail");
  const found = useQuery({ ...mailQuery, refetchInterval: 15_000 });
  return (
    <>
      <PageHeader title={t("title")} sub={t("sub")} />
      {found.isPending ? <SkeletonRows rows={6} /> : null}
      {found.isError ? <ErrorState error={found.error} onRetry={() => void found.refetch()} /> : null}
      {found.data ? (
        <div className={styles.page}>
          <Notices found={found.data} />
          <ServerForm key={found.data.version} found={found.data} />
          {found.data.host ? <TestCard /> : null}
          <LetterLog failed={found.data.failed} />
        </div>
      ) : null}
    </>
  );
}

function Notices({ found }: { found: MailSettings }) {
  const t = useT("mail");
  const { health } = found;
  return (
    <>
      {found.on && health.failures > 0 ? (
        <div className={styles.trouble} role="alert">
          <strong>{health.last_error_label}</strong>
          {health.last_answer ? <q className={styles.said}>{health.last_answer}</q> : null}
          <span>
            {t("failing", { count: health.failures })} <DateTime value={health.next_at} kind="smart" />
          </span>
        </div>
      ) : null}
      {found.host && !found.links_work ? (
        <p className={styles.notice}>{t("linksLocal", { root: found.links_to })}</p>
      ) : null}
    </>
  );
}
