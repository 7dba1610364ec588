import { useQueries } from "@tanstack/react-query";
import { Button } from "antd";
import { lazy, Suspense, useId, useState } from "react";
import { SkeletonRows } from "@/kit/skeleton";
import { useMessage } from "@/kit/use-message";
import { totalQuery } from "../data/records";
import { useRecordWrites } from "../data/writes";
import { kindOf } from "../fields/registry";
import { useFormat } from "../fields/use-format";
import { FollowStar } from "../follow/follow-star";
import { MentionPlaceProvider } from "../mentions/place";
import {
  fieldsNamed,
  isBlank,
  type ObjectMeta,
  type PanelMeta,
  type RecordData,
  titleOf,
} from "../model/meta";
import { asidesOf } from "../slots";
import { ActionBar } from "./action-bar";
import { Composer } from "./composer";
import styles from "./detail.module.css";
import { Facts } from "./facts";
import { panelFilter } from "./link-to-parent";
import { NextSteps } from "./next-steps";
import { StagePath } from "./stage-path";
import { TabList } from "./tab-list";
import { Timeline } from "./timeline";

const QualityCard = lazy(async () => ({ default: (await import("./quality-card")).QualityCard }));
const Related = lazy(async () => ({ default: (await import("./related")).Related }));

type RecordViewProps = { meta: ObjectMeta; record: RecordData; onGone: () => void };

/** A record, the same on its page and in the side panel; the room it has decides how many columns it takes. */
export function RecordView({ meta, record, onGone }: RecordViewProps) {
  const { t } = useFormat();
  return (
    <article className={styles.view} aria-label={titleOf(meta, record)}>
      <Head meta={meta} record={record} onGone={onGone} />
      {record.deleted_at ? <InBin meta={meta} record={record} /> : null}
      {meta.detail?.path_field ? <StagePath meta={meta} record={record} /> : null}
      <div className={styles.columns}>
        <section className={styles.card}>
          <h2 className={styles.cardHead}>{t("detail.facts")}</h2>
          <Facts meta={meta} record={record} />
        </section>
        <aside className={styles.aside}>
          <NextSteps meta={meta} record={record} />
          {typeof record.quality === "number" ? (
            <Suspense fallback={null}>
              <QualityCard meta={meta} record={record} />
            </Suspense>
          ) : null}
          {record.deleted_at
            ? null
            : asidesOf(meta.name).map((Aside, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the list is fixed when the page starts.
                <Suspense key={index} fallback={null}>
                  <Aside meta={meta} record={record} />
                </Suspense>
              ))}
        </aside>
        <Middle meta={meta} record={record} />
      </div>
    </article>
  );
}

function Head({ meta, record, onGone }: RecordViewProps) {
  const context = useFormat();
  const subtitle = fieldsNamed(meta, meta.subtitle_fields).filter((field) => !isBlank(record[field.name]));
  return (
    <header className={styles.head}>
      <div className={styles.words}>
        <h1 className={styles.title}>{titleOf(meta, record) || context.t("value.untitled")}</h1>
        <p className={styles.sub}>
          {subtitle.map((field) => (
            <span key={field.name} title={field.label}>
              {kindOf(field).text(field, record[field.name], context, record)}
            </span>
          ))}
        </p>
      </div>
      {record.deleted_at || typeof record.following !== "boolean" ? null : (
        <FollowStar words object={meta.name} id={record.id} following={record.following} />
      )}
      {record.deleted_at ? null : <ActionBar meta={meta} record={record} onGone={onGone} />}
    </header>
  );
}

function InBin({ meta, record }: { meta: ObjectMeta; record: RecordData }) {
  const { t } = useFormat();
  const message = useMessage();
  const writes = useRecordWrites(meta.name);
  return (
    <p className={styles.bin} role="status">
      {t("bin.record")}
      <Button size="small" onClick={() => writes.restore(record.id).catch(message.error)}>
        {t("action.restore")}
      </Button>
    </p>
  );
}

const TIMELINE = ":timeline";

function Middle({ meta, record }: { meta: ObjectMeta; record: RecordData }) {
  const { t } = useFormat();
  const panelId = useId();
  const panels = meta.detail?.panels ?? [];
  const timeline = meta.detail?.timeline ?? false;
  const [tab, setTab] = useState(timeline ? TIMELINE : (panels[0]?.key ?? TIMELINE));
  const counts = usePanelCounts(panels, record.id);
  const tabs = [
    ...(timeline ? [{ key: TIMELINE, label: t("timeline.title") }] : []),
    ...panels.map((panel) => ({ key: panel.key, label: panel.label, count: counts[panel.key] ?? null })),
  ];
  const panel = panels.find((one) => one.key === tab);
  if (tabs.length === 0) return null;
  return (
    <section className={`${styles.card} ${styles.middle ?? ""}`}>
      <TabList label={t("detail.related")} tabs={tabs} current={tab} onPick={setTab} panelId={panelId} />
      <div id={panelId} role="tabpanel" aria-label={tabs.find((one) => one.key === tab)?.label}>
        {panel ? (
          <Suspense fallback={<SkeletonRows rows={3} />}>
            <Related key={panel.key} parent={meta} record={record} panel={panel} />
          </Suspense>
        ) : (
          <>
            {record.deleted_at ? null : (
              <MentionPlaceProvider value={{ object: meta.name, id: record.id }}>
                <Composer meta={meta} record={record} />
              </MentionPlaceProvider>
            )}
            <Timeline meta={meta} id={record.id} />
          </>
        )}
      </div>
    </section>
  );
}

function usePanelCounts(panels: PanelMeta[], id: string): Record<string, string | null> {
  const counted = useQueries({
    queries: panels.map((panel) =>
      totalQuery(panel.object, { filter: JSON.stringify(panelFilter(panel, id)) }),
    ),
  });
  return Object.fromEntries(
    panels.map((panel, index) => {
      const total = counted[index]?.data;
      return [panel.key, total ? `${total.total}${total.exact ? "" : "+"}` : null];
    }),
  );
}
