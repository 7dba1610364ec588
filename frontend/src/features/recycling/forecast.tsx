import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { api } from "@/api/client";
import type { Job } from "@/api/types";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { ConfirmButton } from "@/kit/confirm-button";
import { SkeletonCard } from "@/kit/skeleton";
import { StatTile } from "@/kit/stat-tile";
import { ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import { type Preview, previewQuery } from "./queries";
import styles from "./recycling.module.css";

const JobDialog = lazy(async () => ({ default: (await import("@/objects/list/job-dialog")).JobDialog }));

/** What a run would take now and in the next thirty days, and running it. */
export function Forecast({ object }: { object: string }) {
  const t = useT("recycling");
  const client = useQueryClient();
  const message = useMessage();
  const preview = useQuery(previewQuery(object));
  const [job, setJob] = useState<Job | null>(null);
  if (preview.isPending) return <SkeletonCard lines={3} />;
  if (preview.isError) return <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />;
  const data = preview.data;
  const soon = data.days.filter((line) => line.day >= data.today).reduce((sum, line) => sum + line.count, 0);
  const run = async () => {
    try {
      setJob((await api.post<Job>("/recycling/runs", {}, { query: { object } })).data);
    } catch (error) {
      message.error(error);
    }
  };
  return (
    <Card
      title={t("forecast")}
      extra={
        <ConfirmButton onConfirm={run} question={t("runSure", { count: data.now })} disabled={data.counting}>
          {t("run")}
        </ConfirmButton>
      }
    >
      {data.clock ? (
        <p className={styles.alarm} role="alert">
          {t(`clock_${data.clock.reason}`, { hours: (data.clock.seconds / 3600).toFixed(1) })}
        </p>
      ) : null}
      {data.now > data.allowed ? (
        <p className={styles.alarm}>
          {t("tooMany", { count: data.now, allowed: data.allowed, percent: data.percent })}
        </p>
      ) : null}
      <div className={styles.tiles}>
        <StatTile
          label={t("now")}
          value={data.counting ? "…" : data.now}
          tone={data.now > data.allowed ? "bad" : null}
          path={overdue(object, data)}
          note={data.counting ? t("counting") : t("ofOwned", { count: data.owned })}
        />
        <StatTile label={t("soon")} value={data.counting ? "…" : soon} path={within(object, data)} />
        <StatTile label={t("protected")} value={data.protected} path={shielded(object, data)} />
      </div>
      <Days data={data} />
      {job ? (
        <Suspense fallback={null}>
          <JobDialog
            job={job}
            title={t("run")}
            onFinished={() => void client.invalidateQueries({ queryKey: ["recycling"] })}
            onClose={() => setJob(null)}
          />
        </Suspense>
      ) : null}
    </Card>
  );
}

function address(object: string, leaves: object[]): string {
  return `/${object}?filter=${encodeURIComponent(JSON.stringify({ and: leaves }))}&sort=recycle_on`;
}
function overdue(object: string, data: Preview): string {
  return address(object, [{ field: "recycle_on", op: "lt", value: data.today }]);
}
function within(object: string, data: Preview): string {
  return address(object, [
    { field: "recycle_on", op: "gte", value: data.today },
    { field: "recycle_on", op: "within_next", value: { days: 30 } },
  ]);
}
function shielded(object: string, data: Preview): string {
  return address(object, [{ field: "protected_until", op: "gte", value: data.today }]);
}

/** The next thirty days as bars, each with its figure for who does not see bars. */
function Days({ data }: { data: Preview }) {
  const t = useT("recycling");
  const days = data.days.filter((line) => line.day >= data.today);
  const most = Math.max(1, ...days.map((line) => line.count));
  if (days.length === 0) return null;
  return (
    <ul className={styles.days} aria-label={t("soon")}>
      {days.map((line) => (
        <li key={line.day} title={`${line.day}: ${line.count}`}>
          <i style={{ height: `${Math.max(4, (line.count / most) * 56)}px` }} />
          <span className="km-num">{line.count}</span>
          <small>{line.day.slice(5)}</small>
        </li>
      ))}
    </ul>
  );
}
