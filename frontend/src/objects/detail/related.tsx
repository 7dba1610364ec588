import { useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import { Plus } from "lucide-react";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useIsPhone } from "@/kit/use-is-phone";
import { useMeta } from "../data/meta";
import { useFormat } from "../fields/use-format";
import { useCreateRecord } from "../form/use-create-record";
import { Cards } from "../list/cards";
import { Grid } from "../list/grid";
import { ListTail } from "../list/list-tail";
import { useInlineSave } from "../list/use-inline-save";
import { useLocalState, useShown } from "../list/use-list-state";
import { useObjectList } from "../list/use-object-list";
import type { ObjectMeta, PanelMeta, RecordData } from "../model/meta";
import { nextSort } from "../model/view-state";
import { inherited, panelFilter } from "./link-to-parent";
import styles from "./related.module.css";

const RelatedTree = lazy(async () => ({ default: (await import("./related-tree")).RelatedTree }));

type RelatedProps = { parent: ObjectMeta; record: RecordData; panel: PanelMeta };

/** The list of another kind, held to this record. */
export function Related({ parent, record, panel }: RelatedProps) {
  const { data: meta, error, refetch } = useMeta(panel.object);
  if (error) return <ErrorState compact error={error} onRetry={() => void refetch()} />;
  if (!meta) return <SkeletonRows rows={3} />;
  return <RelatedList parent={parent} record={record} panel={panel} meta={meta} />;
}

const PAGE = 20;
const NOTHING_CHOSEN: ReadonlySet<string> = new Set();

function RelatedList({ parent, record, panel, meta }: RelatedProps & { meta: ObjectMeta }) {
  const { t } = useFormat();
  const phone = useIsPhone();
  const navigate = useNavigate();
  const scroller = useRef<HTMLDivElement>(null);
  const fixed = useMemo(() => panelFilter(panel, record.id), [panel, record.id]);
  const { state, set } = useLocalState({ columns: panel.columns });
  const shown = useShown(meta, state);
  // The related records are all of them, whatever view the list page opens with.
  const everything = useMemo(() => ({ ...shown, view: null, base: null }), [shown]);
  const listing = useObjectList(meta, state, everything, fixed, true, PAGE);
  const save = useInlineSave(meta.name);
  const create = useCreateRecord(meta.name);
  const { list, rows } = listing;
  const [drawn, setDrawn] = useState(false);
  const add =
    panel.create && meta.can.create ? (
      <Button
        size="small"
        icon={<Plus size={14} aria-hidden />}
        onClick={() => create.open(inherited(parent, record, meta, panel.field))}
      >
        {t("list.create", { label: meta.label })}
      </Button>
    ) : null;
  const body = list.isPending ? (
    <SkeletonRows rows={3} />
  ) : list.isError && rows.length === 0 ? (
    <ErrorState compact error={list.error} onRetry={() => void list.refetch()} />
  ) : rows.length === 0 ? (
    <EmptyState compact title={t("related.empty", { label: panel.label })} />
  ) : phone ? (
    <Cards meta={meta} columns={shown.columns} rows={rows} selected={null} onSelect={() => undefined} />
  ) : (
    <Grid
      meta={meta}
      columns={shown.columns}
      rows={rows}
      sort={shown.sort}
      onSort={(field) => set({ sort: nextSort(state.sort, field, meta.list.default_sort) })}
      selected={null}
      onSelect={() => NOTHING_CHOSEN}
      onOpen={(row) => void navigate({ to: `/${meta.name}/${row.id}` as string })}
      save={save}
      readOnly={!meta.can.edit}
      scroller={scroller}
    />
  );
  return (
    <div className={styles.related}>
      {add || panel.tree ? (
        <div className={styles.tools}>
          {panel.tree && rows.length > 1 ? (
            <Button size="small" aria-pressed={drawn} onClick={() => setDrawn(!drawn)}>
              {t(drawn ? "related.as_list" : "related.as_tree")}
            </Button>
          ) : null}
          {add}
        </div>
      ) : null}
      {drawn && panel.tree ? (
        <Suspense fallback={<SkeletonRows rows={3} />}>
          <RelatedTree meta={meta} panel={panel} by={panel.tree} filter={fixed} />
        </Suspense>
      ) : (
        <div className={styles.scroll}>{body}</div>
      )}
      {!drawn && list.hasNextPage ? <ListTail list={list} rows={rows} /> : null}
      {create.element}
    </div>
  );
}
