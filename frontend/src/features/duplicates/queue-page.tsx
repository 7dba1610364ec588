import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Checkbox } from "antd";
import { CopyCheck, SearchCheck } from "lucide-react";
import { useState } from "react";
import { useCan } from "@/access/me";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Log } from "@/kit/log";
import { PageHeader } from "@/kit/page-header";
import { Pills } from "@/kit/pills";
import { RecordPicker } from "@/kit/record-picker";
import { useMessage } from "@/kit/use-message";
import { CaseRow } from "./case-row";
import styles from "./duplicates.module.css";
import { type QueueState, useQueue } from "./queries";

const STATES: QueueState[] = ["open", "different", "merged"];
type Search = { object?: string; state?: QueueState; mine?: string | number };

/** Records that may be one, likeliest first: compare, merge, or say that they are not. */
export function QueuePage() {
  const t = useT("duplicates");
  const can = useCan();
  const navigate = useNavigate();
  const search: Search = useSearch({ strict: false });
  const { object = "customers", state = "open" } = search;
  const mine = Boolean(search.mine);
  const queue = useQueue(object, state, mine);
  const { chosen, toggle, clear, decide, assign, find } = useQueueWork(object);
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
        <div className={styles.filters}>
          {kinds.length > 1 ? (
            <Pills
              label={t("kind")}
              options={kinds.map((kind) => ({
                value: kind.object,
                label: (
                  <>
                    {kind.label} {kind.open ? <b>{kind.open >= 1000 ? "999+" : kind.open}</b> : null}
                  </>
                ),
              }))}
              value={object}
              onChoose={(name) => go({ object: name })}
            />
          ) : null}
          <Pills
            label={t("stateOf")}
            options={STATES.map((one) => ({ value: one, label: t(`state.${one}`) }))}
            value={state}
            onChoose={(one) => go({ state: one })}
          />
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
      <Log
        query={queue}
        lines={5}
        empty={{ icon: CopyCheck, title: t(`empty.${state}`), text: t("emptyText") }}
      >
        {(cases) => (
          <ul className={styles.pairs}>
            {cases.map((one) => (
              <CaseRow
                key={one.id}
                found={one}
                object={object}
                state={state}
                chosen={one.pairs.every((pair) => chosen.includes(pair.id))}
                onChoose={() => toggle(one.pairs.map((pair) => pair.id))}
                onDecide={(ids, decision) => void decide(ids, decision)}
              />
            ))}
          </ul>
        )}
      </Log>
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
    toggle: (ids: string[]) =>
      setChosen((old) => {
        const rest = old.filter((one) => !ids.includes(one));
        return rest.length === old.length - ids.length ? rest : [...rest, ...ids];
      }),
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
