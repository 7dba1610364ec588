import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { ArrowLeftRight } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import { comma, useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { RecordPicker } from "@/kit/record-picker";
import { SkeletonCard } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import { useMeta } from "@/objects/data/meta";
import { type ObjectMeta, type RecordData, titleOf } from "@/objects/model/meta";
import { ChildrenTable } from "./children-table";
import styles from "./duplicates.module.css";
import { FieldChoices } from "./field-choices";
import { type Preview, usePreview } from "./queries";
import { Reasons } from "./reasons";

type Search = { object?: string; one?: string; two?: string; pair?: string };

/** Two records side by side: which stays, whose value of each field, and what becomes of everything around them. */
export function ComparePage() {
  const t = useT("duplicates");
  const navigate = useNavigate();
  const { object = "customers", one = "", two = "", pair }: Search = useSearch({ strict: false });
  const { data: meta } = useMeta(object);
  const set = (change: Search) =>
    void navigate({ to: ".", search: { object, one, two, pair, ...change } as never, replace: true });
  return (
    <div className={styles.page}>
      <PageHeader title={t("compareTitle")} sub={t("compareSub")} />
      {two === "" ? (
        <Card title={t("pickOther", { label: meta?.label ?? "" })}>
          <RecordPicker
            object={object}
            label={t("pickOther", { label: meta?.label ?? "" })}
            value={[]}
            className={styles.wide}
            onChange={([id]) => id && set({ two: id })}
          />
        </Card>
      ) : meta ? (
        <Compared
          key={`${one}${two}`}
          meta={meta}
          survivor={one}
          loser={two}
          pair={pair}
          onSwap={() => set({ one: two, two: one })}
        />
      ) : (
        <SkeletonCard lines={8} />
      )}
    </div>
  );
}

type ComparedProps = {
  meta: ObjectMeta;
  survivor: string;
  loser: string;
  pair: string | undefined;
  onSwap: () => void;
};

function Compared({ meta, survivor, loser, pair, onSwap }: ComparedProps) {
  const t = useT("duplicates");
  const [take, setTake] = useState<string[]>([]);
  const preview = usePreview(meta.name, survivor, loser, take);
  if (preview.isError) return <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />;
  if (!preview.data) return <SkeletonCard lines={8} />;
  const data = preview.data;
  return (
    <>
      {data.refusal ? (
        <p className={styles.refusal} role="alert">
          {data.refusal.detail}
        </p>
      ) : null}
      {data.reasons && data.reasons.length > 0 ? <Reasons reasons={data.reasons} /> : null}
      <Card flush>
        <div className={styles.heads}>
          <span />
          <p className={styles.stays}>
            <small>{t("stays")}</small>
            <b>{titleOf(meta, data.survivor)}</b>
            <span>{holderOf(data.survivor)}</span>
          </p>
          <p>
            <small>{t("goes")}</small>
            <b>{titleOf(meta, data.loser)}</b>
            <span>{holderOf(data.loser)}</span>
          </p>
          <Button icon={<ArrowLeftRight size={14} aria-hidden />} onClick={onSwap}>
            {t("swap")}
          </Button>
        </div>
        <FieldChoices
          meta={meta}
          preview={data}
          onChoose={(name, side) =>
            setTake((old) =>
              side === "loser" ? [...new Set([...old, name])] : old.filter((one) => one !== name),
            )
          }
        />
      </Card>
      {data.former && data.former.length > 0 ? (
        <p className={styles.former}>{t("former", { names: data.former.join(comma()) })}</p>
      ) : null}
      {data.children.length > 0 ? (
        <Card title={t("around")}>
          <ChildrenTable rows={data.children} />
        </Card>
      ) : null}
      <Foot
        meta={meta}
        data={data}
        take={take}
        pair={pair}
        busy={preview.isPlaceholderData}
        again={() => void preview.refetch()}
      />
    </>
  );
}

/** Whose it is: the survivor keeps his own, and what comes to it goes to him. */
function holderOf(record: RecordData): string {
  const owner = record.owner as { label?: string } | null | undefined;
  const place = (record.pool ?? record.department) as { label?: string } | null | undefined;
  return [owner?.label, place?.label].filter(Boolean).join(" · ");
}

type FootProps = {
  meta: ObjectMeta;
  data: Preview;
  take: string[];
  pair: string | undefined;
  busy: boolean;
  again: () => void;
};

function Foot({ meta, data, take, pair, busy, again }: FootProps) {
  const t = useT("duplicates");
  const client = useQueryClient();
  const message = useMessage();
  const navigate = useNavigate();
  const [running, setRunning] = useState(false);
  const leave = () => navigate({ to: "/duplicates" as string, search: { object: meta.name } as never });

  async function run(work: () => Promise<void>) {
    setRunning(true);
    try {
      await work();
      // All but the comparison itself: one of the two is no more, and the page is on its way out.
      await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] !== "preview" });
    } catch (error) {
      message.error(error);
      again();
    }
    setRunning(false);
  }
  const merge = () =>
    run(async () => {
      const answer = await api.post<{ undo?: string }>(`/${meta.name}/${data.survivor.id}/merge`, {
        loser: data.loser.id,
        take,
        version: data.survivor.version,
        loser_version: data.loser.version,
      });
      const text = t("merged", { loser: titleOf(meta, data.loser), survivor: titleOf(meta, data.survivor) });
      if (answer.data.undo) message.undo(text, answer.data.undo);
      else message.success(text);
      // Away from here first: the preview of what is one now has nothing to ask any more.
      await navigate({ to: `/${meta.name}/${data.survivor.id}` as string });
    });
  const different = () =>
    run(async () => {
      await api.post("/duplicates/decide", { object: meta.name, ids: [pair], decision: "different" });
      message.success(t("decided.different", { count: 1 }));
      await leave();
    });
  return (
    <div className={styles.foot}>
      <span>{t("undoable")}</span>
      <Button onClick={() => void leave()}>{t("back")}</Button>
      {pair ? (
        <Button disabled={running} onClick={() => void different()}>
          {t("different")}
        </Button>
      ) : null}
      <Button
        type="primary"
        disabled={data.refusal !== null || busy}
        loading={running}
        onClick={() => void merge()}
      >
        {t("merge")}
      </Button>
    </div>
  );
}
