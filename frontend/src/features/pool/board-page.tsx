import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Button } from "antd";
import { SearchX } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { ApiError, api } from "@/api/client";
import type { Ref } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { PageHeader } from "@/kit/page-header";
import { RecordPicker } from "@/kit/record-picker";
import { SkeletonPage } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import { keys } from "@/objects/data/keys";
import { Lots } from "./lots";
import { People } from "./people";
import styles from "./pool.module.css";
import { type Pooled, usePooled } from "./pooled";
import { type Board, boardQuery, MY_POOLS, type Plan } from "./queries";

const PlanPanel = lazy(async () => ({ default: (await import("./plan-panel")).PlanPanel }));

/** Giving out what lies in a pool: what lies there on one side, each person's load on the other (POOL-6). */
export function BoardPage() {
  const { id = "" } = useParams({ strict: false }) as { id?: string };
  const [kind] = usePooled();
  const board = useQuery(boardQuery(id, kind));
  if (board.isPending) return <SkeletonPage />;
  if (board.isError) return <Unreached error={board.error} onRetry={() => void board.refetch()} />;
  return <Loaded key={`${id} ${kind}`} kind={kind} id={id} board={board.data} />;
}

/** A pool that is gone, or not one's own: which ones there are is one click away. */
function Unreached({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const t = useT("pool");
  if (!(error instanceof ApiError && error.status === 404))
    return <ErrorState error={error} onRetry={onRetry} />;
  return (
    <EmptyState
      icon={SearchX}
      title={t("unknown")}
      text={t("unknownText")}
      action={<AppLink path="/pool">{t("back")}</AppLink>}
    />
  );
}

function Loaded({ kind, id, board }: { kind: Pooled; id: string; board: Board }) {
  const t = useT("pool");
  const [chosen, setChosen] = useState<Ref[]>([]);
  const [people, setPeople] = useState<string[]>(board.people.map((person) => person.user.id));
  const [method, setMethod] = useState("load");
  const [plan, setPlan] = useState<Plan | null>(null);
  const [target, setTarget] = useState<string[]>([]);
  const work = useWork(kind, id, () => {
    setChosen([]);
    setPlan(null);
    setTarget([]);
  });
  const ids = chosen.map((lot) => lot.id);
  const preview = async () => {
    const found = await work.preview({ ids, method, people });
    if (found) setPlan(found);
  };
  return (
    <div className={styles.page}>
      <PageHeader
        title={t("boardTitle", { pool: board.pool.label ?? "" })}
        sub={t(`boardSub_${kind}`)}
        actions={<AppLink path={`/pool?id=${id}&object=${kind}`}>{t("back")}</AppLink>}
      />
      <div className={styles.board}>
        <Lots kind={kind} id={id} board={board} chosen={chosen} onChoose={setChosen} />
        <People people={board.people} chosen={people} onChoose={setPeople} />
      </div>
      <section className={styles.acts} aria-label={t("actions")}>
        <b>{t("chosen", { count: chosen.length })}</b>
        <span className={styles.chips}>
          {board.methods.map((one) => (
            <button
              key={one.code}
              type="button"
              aria-pressed={one.code === method}
              onClick={() => setMethod(one.code)}
            >
              {one.label}
            </button>
          ))}
        </span>
        <Button
          type="primary"
          loading={work.busy}
          disabled={chosen.length === 0 || people.length === 0}
          onClick={() => void preview()}
        >
          {t("preview")}
        </Button>
        <RecordPicker object="pools" label={t("moveTo")} value={target} onChange={setTarget} />
        <Button
          disabled={chosen.length === 0 || target.length === 0}
          loading={work.busy}
          onClick={() => void work.move(ids, target[0] ?? "")}
        >
          {t("move")}
        </Button>
      </section>
      {plan ? (
        <Suspense fallback={null}>
          <PlanPanel
            plan={plan}
            busy={work.busy}
            onClose={() => setPlan(null)}
            onDo={(reason) => void work.give(plan, reason)}
          />
        </Suspense>
      ) : null}
    </div>
  );
}

function useWork(object: Pooled, id: string, done: () => void) {
  const t = useT("pool");
  const client = useQueryClient();
  const message = useMessage();
  const [busy, setBusy] = useState(false);
  const settle = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: boardQuery(id, object).queryKey }),
      client.invalidateQueries({ queryKey: MY_POOLS }),
      client.invalidateQueries({ queryKey: keys.lists(object) }),
    ]);

  async function run<R>(ask: () => Promise<R>): Promise<R | null> {
    setBusy(true);
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      message.error(error);
      return null;
    } finally {
      setBusy(false);
    }
  }
  async function finish(words: string, missed: number, undo: string | null) {
    done();
    const text = missed > 0 ? `${words} ${t("missed", { count: missed })}` : words;
    if (undo) message.undo(text, undo, () => void settle());
    else message.info(text);
    await settle();
  }
  return {
    busy,
    preview: (body: { ids: string[]; method: string; people: string[] }) =>
      run(async () => (await api.post<Plan>(`/pools/${id}/distribution/preview`, { object, ...body })).data),
    async give(plan: Plan, reason: string) {
      const lines = plan.lines
        .filter((line) => line.records.length > 0)
        .map((line) => ({ user: line.user.id, ids: line.records.map((one) => one.id) }));
      type Given = { given: number; missed: number; undo: string | null };
      const answer = await run(
        async () => (await api.post<Given>(`/pools/${id}/distribution`, { object, lines, reason })).data,
      );
      if (answer) await finish(t(`given_${object}`, { count: answer.given }), answer.missed, answer.undo);
    },
    async move(ids: string[], pool: string) {
      type Moved = { moved: number; missed: number; undo: string | null };
      const answer = await run(
        async () => (await api.post<Moved>(`/pools/${id}/move`, { object, ids, pool })).data,
      );
      if (answer) await finish(t(`moved_${object}`, { count: answer.moved }), answer.missed, answer.undo);
    },
  };
}
