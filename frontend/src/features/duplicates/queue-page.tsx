import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Checkbox } from "antd";
import { CopyCheck, SearchCheck } from "lucide-react";
import { useState } from "react";
import { useCan } from "@/access/me";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { RecordPicker } from "@/kit/record-picker";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import styles from "./duplicates.module.css";
import { PairRow } from "./pair-row";
import { type QueueState, useQueue } from "./queries";

const STATES: QueueState[] = ["open", "different", "merged"];
type Search = { object?: string; state?: QueueState; mine?: string | number };

/** Records that may be one, likeliest first: compare, merge, or say that they are not. */
export function QueuePage() {
  const t = useT("duplicates");
  const common = useT();
  const can = useCan();
  const navigate = useNavigate();
  const search: Search = useSearch({ strict: false });
  const { object = "customers", state = "open" } = search;
  const mine = Boolean(search.mine);
  const queue = useQueue(object, state, mine);
  const { chosen, toggle, clear, decide, assign, find } = useQueueWork(object);
  const pairs = queue.data?.pages.flatMap((page) => page.items) ?? [];
  const kinds = queue.data?.pages[0]?.kinds ?? [];
  const go = (change: Partial<Search>) => {
    clear();
    void navigate({ to: ".", search: { ...search, ...change } as never, replace: true });
  };
  return (
    <div className={styles.page}>
      <PageHeader
        title={t("title")}
        sub={t("sub")}
        actions={
          <>
            {can("platform.duplicates.manage") ? (
              <AppLink path="/admin/duplicates">{t("rules")}</AppLink>
            ) : null}
            <Button icon={<SearchCheck size={15} aria-hidden />} onClick={() => void find()}>
              {t("find")}
            </Button>
          </>
        }
      >
        <div className={styles.chips}>
          {kinds.map((kind) => (
            <button
              key={kind.object}
              type="button"
              aria-pressed={kind.object === object}
              onClick={() => go({ object: kind.object })}
            >
              {kind.label} {kind.open ? <b>{kind.open >= 1000 ? "999+" : kind.open}</b> : null}
            </button>
          ))}
          <span className={styles.gap} />
          {STATES.map((one) => (
            <button key={one} type="button" aria-pressed={one === state} onClick={() => go({ state: one })}>
              {t(`state.${one}`)}
            </button>
          ))}
          <Checkbox checked={mine} onChange={(event) => go({ mine: event.target.checked ? 1 : "" })}>
            {t("mine")}
          </Checkbox>
        </div>
      </PageHeader>
      {chosen.length > 0 ? (
        <section className={styles.bulk} aria-label={t("bulk")}>
          <b>{t("chosen", { count: chosen.length })}</b>
          <Button onClick={() => void decide(chosen, state === "different" ? "open" : "different")}>
            {state === "different" ? t("reopen") : t("different")}
          </Button>
          <RecordPicker
            object="users"
            label={t("assign")}
            value={[]}
            className={styles.picker}
            onChange={([id]) => id && void assign(chosen, id)}
          />
          <Button type="text" onClick={clear}>
            {t("clear")}
          </Button>
        </section>
      ) : null}
      {queue.isPending ? <SkeletonRows rows={5} /> : null}
      {queue.isError ? <ErrorState error={queue.error} onRetry={() => void queue.refetch()} /> : null}
      {queue.data ? (
        <Card flush>
          {pairs.length === 0 ? (
            <EmptyState icon={CopyCheck} title={t(`empty.${state}`)} text={t("emptyText")} />
          ) : (
            <ul className={styles.pairs}>
              {pairs.map((pair) => (
                <PairRow
                  key={pair.id}
                  pair={pair}
                  object={object}
                  state={state}
                  chosen={chosen.includes(pair.id)}
                  onChoose={() => toggle(pair.id)}
                  onDecide={(decision) => void decide([pair.id], decision)}
                />
              ))}
            </ul>
          )}
        </Card>
      ) : null}
      {queue.hasNextPage ? (
        <div className={styles.more}>
          <Button loading={queue.isFetchingNextPage} onClick={() => void queue.fetchNextPage()}>
            {common("loadMore")}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function useQueueWork(object: string) {
  const t = useT("duplicates");
  const client = useQueryClient();
  const message = useMessage();
  const [chosen, setChosen] = useState<string[]>([]);
  const refresh = () => client.invalidateQueries({ queryKey: ["duplicates"] });

  async function run(work: () => Promise<void>) {
    try {
      await work();
      setChosen([]);
    } catch (error) {
      message.error(error);
    }
    await refresh();
  }

  const decide = (ids: string[], decision: "different" | "open") =>
    run(async () => {
      await api.post("/duplicates/decide", { object, ids, decision });
      const back = decision === "different" ? "open" : "different";
      message.action(
        t(`decided.${decision}`, { count: ids.length }),
        t("takeBack"),
        () => void decide(ids, back),
      );
    });
  return {
    chosen,
    clear: () => setChosen([]),
    toggle: (id: string) =>
      setChosen((old) => (old.includes(id) ? old.filter((one) => one !== id) : [...old, id])),
    decide,
    assign: (ids: string[], assignee: string) =>
      run(async () => {
        await api.post("/duplicates/assign", { object, ids, assignee });
        message.success(t("assigned", { count: ids.length }));
      }),
    find: () =>
      run(async () => {
        await api.post("/duplicates/find", { object });
        message.success(t("finding"));
      }),
  };
}
