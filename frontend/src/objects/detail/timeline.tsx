import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { History } from "lucide-react";
import { api } from "@/api/client";
import type { Page, TimelineItem } from "@/api/types";
import { Avatar } from "@/kit/avatar";
import { DateTime } from "@/kit/date-time";
import { SkeletonCard } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { keys } from "../data/keys";
import { useMeta } from "../data/meta";
import { kindOf } from "../fields/registry";
import { useFormat } from "../fields/use-format";
import { MentionText } from "../mentions/mention-text";
import { type FieldMeta, isBlank, type ObjectMeta } from "../model/meta";
import { keyOf } from "./stage-path";
import styles from "./timeline.module.css";

/** Kinds that are no records but what happened to this one. */
const CHANGE = "change";

export function Timeline({ meta, id }: { meta: ObjectMeta; id: string }) {
  const { t } = useFormat();
  const query = useInfiniteQuery({
    queryKey: keys.timeline(meta.name, id),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page<TimelineItem>) => page.next_cursor,
    queryFn: async ({ pageParam, signal }) =>
      (
        await api.get<Page<TimelineItem>>(`/${meta.name}/${id}/timeline`, {
          query: { cursor: pageParam },
          signal,
        })
      ).data,
  });
  if (query.isPending) return <SkeletonCard lines={4} />;
  if (query.isError && !query.data)
    return <ErrorState compact error={query.error} onRetry={() => void query.refetch()} />;
  const items = query.data.pages.flatMap((page) => page.items);
  if (items.length === 0)
    return (
      <EmptyState
        compact
        title={t("timeline.empty")}
        text={t("timeline.empty_text", { label: meta.label })}
      />
    );
  return (
    <>
      <ol className={styles.list} aria-label={t("timeline.title")}>
        {items.map((item) => (
          <Entry key={`${item.kind}${item.id}${item.at}`} item={item} own={id} />
        ))}
      </ol>
      {query.hasNextPage ? (
        <div className={styles.more}>
          <Button size="small" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("list.more")}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function Entry({ item, own }: { item: TimelineItem; own: string }) {
  const isChange = item.kind === CHANGE;
  const who = item.actor?.label ?? "";
  return (
    <li className={styles.item}>
      {isChange ? (
        <span className={styles.dot}>
          <History size={14} aria-hidden />
        </span>
      ) : (
        <Avatar name={who} size={28} />
      )}
      <div>
        <div className={styles.head}>
          <span className={isChange ? styles.small : styles.who}>{who}</span>
          {isChange ? (
            <span className={styles.small}>{item.title}</span>
          ) : (
            <Link className={styles.what} to={`/${item.kind}/${item.id}` as string}>
              <TitleWords item={item} />
            </Link>
          )}
          <span className={styles.when}>
            <DateTime value={item.at} kind="smart" />
          </span>
        </div>
        {item.text ? (
          <p className={isChange ? styles.small : styles.text}>
            <MentionText text={item.text} />
          </p>
        ) : null}
        {isChange ? null : <Details item={item} own={own} />}
      </div>
    </li>
  );
}

/** What an entry is called: its kind, and the label where its title is a code of that kind's own dictionary. */
function TitleWords({ item }: { item: TimelineItem }) {
  const { data: meta } = useMeta(item.kind);
  const choice = meta?.fields.flatMap((field) => field.choices ?? []).find((one) => one.value === item.title);
  const words = choice?.label ?? item.title;
  return <>{meta && choice ? `${meta.label} · ${words}` : words}</>;
}

/** The small facts of an entry, labelled by its own kind's description: outcome, next step, next date and the like. */
function Details({ item, own }: { item: TimelineItem; own: string }) {
  const { data: meta } = useMeta(item.kind);
  if (!meta) return null;
  const data = item.data as Record<string, unknown>;
  const shown = meta.fields.filter(
    (field: FieldMeta) =>
      !kindOf(field).wide &&
      field.name !== meta.title_field &&
      !isBlank(data[field.name]) &&
      // On its own page a record need not be told that it is meant.
      keyOf(data[field.name]) !== own,
  );
  if (shown.length === 0) return null;
  return (
    <dl className={styles.extra}>
      {shown.map((field) => {
        const { Cell } = kindOf(field);
        return (
          <div key={field.name}>
            <dt>{field.label}</dt>
            <dd>
              <Cell field={field} value={data[field.name]} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
