import { Button } from "antd";
import { Import, Plus } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { PageHeader } from "@/kit/page-header";
import { SkeletonRows } from "@/kit/skeleton";
import { useHotkey } from "@/kit/use-hotkey";
import { useIsPhone } from "@/kit/use-is-phone";
import { useRecordWrites } from "../data/writes";
import { useFormat } from "../fields/use-format";
import { useCreateRecord } from "../form/use-create-record";
import type { ObjectMeta, RecordData } from "../model/meta";
import { placeOf, rememberPlace } from "../model/neighbours";
import { pickView } from "../model/saved-view";
import { encodeListState, type ListState, nextSort } from "../model/view-state";
import { BulkBar } from "./bulk-bar";
import { ExportMenu } from "./export-menu";
import { enterGrid } from "./grid-keys";
import { LeftOut } from "./left-out";
import { LinkButton } from "./link-button";
import styles from "./list.module.css";
import { ListBody } from "./list-body";
import { ListTools } from "./list-tools";
import { SaveView } from "./save-view";
import { type Shown, useAddressState, useShown, useShownState } from "./use-list-state";
import { useObjectList } from "./use-object-list";
import { useSelection } from "./use-selection";
import { ViewSwitch } from "./view-switch";
import viewStyles from "./views.module.css";

const Calendar = lazy(async () => ({ default: (await import("../calendar/calendar")).Calendar }));
const Groups = lazy(async () => ({ default: (await import("../groups/groups")).Groups }));
const Board = lazy(async () => ({ default: (await import("../board/board")).Board }));
const RecordPanel = lazy(async () => ({ default: (await import("../detail/record-panel")).RecordPanel }));

export function ListScreen({ meta }: { meta: ObjectMeta }) {
  const { t } = useFormat();
  const phone = useIsPhone();
  const handle = useAddressState();
  const shown = useShown(meta, handle.state);
  const { state, set } = useShownState(handle, shown);
  const table = shown.layout === "table";
  const listing = useObjectList(meta, handle.state, shown, null, table);
  const { rows, query, total } = listing;
  const selection = useSelection(JSON.stringify(query));
  const writes = useRecordWrites(meta.name);
  const create = useCreateRecord(meta.name);
  const scroller = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<string | null>(null);
  const address = useMemo(() => JSON.stringify(encodeListState(handle.state)), [handle.state]);

  const remember = useCallback(
    (focused: string | null) => {
      const scroll =
        scroller.current && scroller.current.scrollHeight > scroller.current.clientHeight
          ? scroller.current.scrollTop
          : window.scrollY;
      rememberPlace(meta.name, { address, ids: rows.map((row) => row.id), scroll, focused });
    },
    [meta.name, address, rows],
  );
  const open = useCallback(
    (record: RecordData) => {
      remember(record.id);
      setOpened(record.id);
    },
    [remember],
  );
  // Leaving by any way (a link, the menu, the back button) must find the list again as it was.
  const latest = useRef(remember);
  latest.current = remember;
  useEffect(() => () => latest.current(null), []);
  const openAmong = (record: RecordData, ids: string[]) => {
    rememberPlace(meta.name, { address, ids, scroll: 0, focused: record.id });
    setOpened(record.id);
  };
  // Which view opens a list is each person's own: the address names it, so that a link shows everybody the same.
  const opening = handle.state.view === null && shown.view?.saved ? shown.view.key : null;
  useEffect(() => {
    if (opening) handle.set({ view: opening });
  }, [opening, handle.set]);
  const arrived = useRef(false);
  const ready = rows.length > 0;
  useEffect(() => {
    if (!ready || arrived.current) return;
    arrived.current = true;
    const place = placeOf(meta.name, address);
    if (place?.scroll) scroller.current?.scrollTo({ top: place.scroll });
  }, [ready, meta.name, address]);

  useHotkey("j", () => enterGrid(scroller.current), { enabled: opened === null });
  useHotkey("k", () => enterGrid(scroller.current), { enabled: opened === null });

  const target = selection.everything
    ? { filter: state.filter, q: state.q, view: shown.base }
    : { ids: [...selection.ids] };
  const exportRequest = {
    object: meta.name,
    filter: state.filter,
    q: state.q,
    view: shown.base,
    sort: shown.sort,
    fields: shown.columns.map((field) => field.name),
  };

  return (
    <div className={styles.page}>
      <PageHeader
        title={meta.label_plural}
        actions={
          <>
            {!phone && meta.can.export && !state.deleted ? <ExportMenu request={exportRequest} /> : null}
            {!phone && meta.can.import ? (
              <LinkButton to={`/${meta.name}/import`} icon={<Import size={15} aria-hidden />}>
                {t("import.button")}
              </LinkButton>
            ) : null}
            {meta.can.create ? (
              <Button
                type="primary"
                icon={<Plus size={16} aria-hidden />}
                onClick={() => create.open()}
                aria-keyshortcuts="c"
              >
                {t("list.create", { label: meta.label })}
              </Button>
            ) : null}
          </>
        }
      />
      <div className={viewStyles.row}>
        <ViewSwitch
          meta={meta}
          current={shown.view}
          onPick={(view) => handle.push(pickView(shown.view, view))}
        />
        <SaveView
          meta={meta}
          state={handle.state}
          shown={shown}
          onSaved={(view) => handle.push(pickView(shown.view, view))}
        />
      </div>
      <LeftOut view={shown.view} />
      <div className={styles.panel}>
        <ListTools meta={meta} state={state} shown={shown} set={set} listing={listing} />
        {!table ? (
          <Suspense fallback={<SkeletonRows />}>
            <Layout
              layout={shown.layout}
              meta={meta}
              state={state}
              shown={shown}
              set={set}
              onOpen={openAmong}
            />
          </Suspense>
        ) : (
          <>
            <ListBody
              meta={meta}
              state={state}
              shown={shown}
              listing={listing}
              selection={selection}
              scroller={scroller}
              onOpen={open}
              onVisit={(record) => remember(record.id)}
              onSort={(field) =>
                set({ sort: nextSort(state.sort, field, shown.view?.sort || meta.list.default_sort) })
              }
              onClear={() => set({ filter: null, q: "" })}
              onCreate={() => create.open()}
            />
            <BulkBar
              meta={meta}
              selected={selection.ids}
              everything={selection.everything}
              onEverything={(on) => {
                if (on) listing.askTotal();
                selection.setEverything(on);
              }}
              matching={total}
              moreExist={listing.list.hasNextPage || selection.ids.size < rows.length}
              target={target}
              deleted={state.deleted}
              onClear={selection.clear}
              onChanged={() => void writes.refresh()}
            />
          </>
        )}
      </div>
      {create.element}
      {opened ? (
        <Suspense fallback={null}>
          <RecordPanel
            object={meta.name}
            id={opened}
            deleted={state.deleted}
            onMove={setOpened}
            onClose={() => setOpened(null)}
          />
        </Suspense>
      ) : null}
    </div>
  );
}

type LayoutProps = {
  layout: Shown["layout"];
  meta: ObjectMeta;
  state: ListState;
  shown: Shown;
  set: (change: Partial<ListState>) => void;
  onOpen: (record: RecordData, ids: string[]) => void;
};

/** The same records by another arrangement than rows. */
function Layout({ layout, ...props }: LayoutProps) {
  const { state, set } = props;
  const onOptions = (change: Partial<Shown["options"]>) => set({ options: { ...state.options, ...change } });
  if (layout === "board") return <Board {...props} onOptions={onOptions} />;
  if (layout === "groups") return <Groups {...props} onOptions={onOptions} />;
  return <Calendar {...props} />;
}
