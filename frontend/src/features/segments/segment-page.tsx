import { useNavigate, useParams } from "@tanstack/react-router";
import { Button } from "antd";
import { ListFilter, Pencil, RefreshCw } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { Job, SegmentDetail } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { ConfirmButton } from "@/kit/confirm-button";
import { DateTime } from "@/kit/date-time";
import { PageHeader } from "@/kit/page-header";
import { SkeletonPage } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { StateTag } from "@/kit/tag";
import { useGo } from "@/kit/use-go";
import { useMessage } from "@/kit/use-message";
import { useMeta } from "@/objects/data/meta";
import { useSegment, useSegmentWrites } from "@/objects/data/segments";
import { FilterText } from "@/objects/list/filter-text";
import { parseFilter } from "@/objects/model/filter";
import { SegmentEditor } from "@/objects/segments/segment-editor";
import { Changes } from "./changes";
import { Members } from "./members";
import styles from "./segments-page.module.css";
import { Trend } from "./trend";

const JobDialog = lazy(async () => ({ default: (await import("@/objects/list/job-dialog")).JobDialog }));

/** One segment: what it means, who is in it, who came and went, how it grew and where it is used. */
export function SegmentPage() {
  const { id = "" } = useParams({ strict: false }) as { id?: string };
  const segment = useSegment(id);
  if (segment.isPending) return <SkeletonPage />;
  if (segment.isError) return <ErrorState error={segment.error} onRetry={() => void segment.refetch()} />;
  return <Known segment={segment.data} reread={() => void segment.refetch()} />;
}

function Known({ segment, reread }: { segment: SegmentDetail; reread: () => void }) {
  const t = useT("segments");
  const go = useGo();
  const navigate = useNavigate();
  const message = useMessage();
  const writes = useSegmentWrites();
  const { data: meta } = useMeta(segment.object);
  const [editing, setEditing] = useState(false);
  const [job, setJob] = useState<Job | null>(null);
  const inList = `/${segment.object}?filter=${encodeURIComponent(JSON.stringify({ in_segment: segment.id }))}`;

  async function remove() {
    try {
      await writes.remove(segment.id);
      await navigate({ to: "/segments" as string });
    } catch (error) {
      message.error(error);
    }
  }
  async function freeze() {
    try {
      const { object, name, description } = segment;
      const filter = { in_segment: segment.id };
      const values = { object, kind: "static" as const, description, shared: null, filter };
      const made = await writes.create({ ...values, name: t("snapshot_of", { name }).slice(0, 60) });
      await navigate({ to: `/segments/${made.id}` as string });
    } catch (error) {
      message.error(error);
    }
  }

  return (
    <div className={styles.page}>
      <PageHeader
        title={segment.name}
        sub={
          <span className={styles.facts}>
            <StateTag tone={segment.kind === "dynamic" ? "accent" : "neutral"}>
              {t(`kind_${segment.kind}`)}
            </StateTag>
            <span>{segment.object_label}</span>
            <span>{t("by_owner", { name: segment.owner.label ?? "" })}</span>
            <span>{t(segment.shared ? `shared_${segment.shared.kind}` : "shared_nobody")}</span>
          </span>
        }
        actions={
          <div className={styles.actions}>
            {segment.withheld ? null : (
              <Button icon={<ListFilter size={15} aria-hidden />} onClick={() => go(inList)}>
                {t("open_list")}
              </Button>
            )}
            <Button
              icon={<RefreshCw size={15} aria-hidden />}
              onClick={() => writes.count(segment.id).then(setJob, message.error)}
            >
              {t("count_now")}
            </Button>
            {segment.kind === "dynamic" && !segment.withheld ? (
              <Button onClick={() => void freeze()}>{t("snapshot")}</Button>
            ) : null}
            {segment.can_change ? (
              <>
                <Button icon={<Pencil size={15} aria-hidden />} onClick={() => setEditing(true)}>
                  {t("edit")}
                </Button>
                <ConfirmButton onConfirm={remove}>{t("delete")}</ConfirmButton>
              </>
            ) : null}
          </div>
        }
      />
      <div className={styles.columns}>
        <div className={styles.main}>
          <Card title={t("what")}>
            {segment.description ? <p>{segment.description}</p> : null}
            <p className={styles.conditions}>
              {segment.kind === "static" ? t("by_hand") : null}
              {segment.withheld ? t("withheld") : null}
              {segment.kind === "dynamic" && meta && segment.filter ? (
                <Conditions meta={meta} segment={segment} />
              ) : null}
            </p>
            {segment.problem ? (
              <p className={styles.problem} role="alert">
                {t("problem_is", { problem: segment.problem })}
              </p>
            ) : null}
          </Card>
          {meta && !segment.withheld ? <Members meta={meta} segment={segment} inList={inList} /> : null}
          {segment.withheld ? null : <Changes segment={segment} />}
        </div>
        <div className={styles.aside}>
          <Card title={t("size")}>
            <p className={styles.size}>
              {segment.size === null ? "–" : segment.size.toLocaleString("en-US")}
            </p>
            <p className={styles.note}>
              {segment.counted_at ? (
                <>
                  {t("counted_at")} <DateTime value={segment.counted_at} />
                </>
              ) : (
                t("not_yet")
              )}
            </p>
            <p className={styles.note}>{t("as_owner_sees", { name: segment.owner.label ?? "" })}</p>
            <Trend days={segment.trend} />
          </Card>
          <Card title={t("used_in")}>
            {segment.used_in.length === 0 ? (
              <EmptyState compact title={t("unused")} />
            ) : (
              <ul className={styles.uses}>
                {segment.used_in.map((use) => (
                  <li key={use.id}>
                    <AppLink
                      path={use.kind === "view" ? `/${use.object}?view=${use.id}` : `/segments/${use.id}`}
                    >
                      {t(`use_${use.kind}`, { label: use.label })}
                    </AppLink>
                  </li>
                ))}
              </ul>
            )}
          </Card>
        </div>
      </div>
      {editing && meta ? (
        <SegmentEditor
          meta={meta}
          segment={segment}
          kind={segment.kind}
          onSaved={reread}
          onClose={() => setEditing(false)}
        />
      ) : null}
      {job ? (
        <Suspense fallback={null}>
          <JobDialog
            job={job}
            title={t("count_now")}
            onFinished={() => {
              void writes.refresh();
            }}
            onClose={() => setJob(null)}
          />
        </Suspense>
      ) : null}
    </div>
  );
}

function Conditions({
  meta,
  segment,
}: {
  meta: Parameters<typeof FilterText>[0]["meta"];
  segment: SegmentDetail;
}) {
  const t = useT("segments");
  const filter = parseFilter(segment.filter);
  return filter ? <FilterText meta={meta} filter={filter} /> : t("unreadable");
}
