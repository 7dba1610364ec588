import { Button } from "antd";
import { Inbox, SearchX } from "lucide-react";
import type { RefObject } from "react";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useIsPhone } from "@/kit/use-is-phone";
import { useFormat } from "../fields/use-format";
import { simplify } from "../model/filter";
import type { ObjectMeta, RecordData } from "../model/meta";
import { chosenFilter } from "../model/saved-view";
import type { ListState } from "../model/view-state";
import { Cards } from "./cards";
import { Grid } from "./grid";
import { LinkButton } from "./link-button";
import styles from "./list.module.css";
import { ListTail } from "./list-tail";
import { useInlineSave } from "./use-inline-save";
import type { Shown } from "./use-list-state";
import type { ObjectList } from "./use-object-list";
import type { Selection } from "./use-selection";

type ListBodyProps = {
  meta: ObjectMeta;
  state: ListState;
  shown: Shown;
  listing: ObjectList;
  selection: Selection;
  scroller: RefObject<HTMLDivElement | null>;
  onOpen: (record: RecordData) => void;
  onVisit: (record: RecordData) => void;
  onSort: (field: string) => void;
  onClear: () => void;
  onCreate: () => void;
};

/** The rows in whichever of their states: loading, in trouble, none, or there. */
export function ListBody(props: ListBodyProps) {
  const { meta, state, shown, listing, selection, scroller, onOpen, onVisit, onSort } = props;
  const phone = useIsPhone();
  const save = useInlineSave(meta.name);
  const { list, rows } = listing;
  if (list.isPending) return <SkeletonRows rows={12} />;
  if (list.isError && rows.length === 0) {
    return (
      <div className={styles.state}>
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      </div>
    );
  }
  if (rows.length === 0) return <NothingHere {...props} />;
  const tail = <ListTail list={list} rows={rows} />;
  const selectable = meta.can.bulk ? selection.ids : null;
  if (phone) {
    return (
      <>
        <Cards
          meta={meta}
          columns={shown.columns}
          rows={rows}
          selected={selectable}
          onSelect={selection.select}
          onVisit={onVisit}
        />
        {tail}
      </>
    );
  }
  return (
    <Grid
      meta={meta}
      columns={shown.columns}
      rows={rows}
      sort={shown.sort}
      onSort={onSort}
      selected={selectable}
      onSelect={selection.select}
      onOpen={onOpen}
      save={save}
      readOnly={!meta.can.edit || state.deleted}
      scroller={scroller}
      footer={tail}
      fill
    />
  );
}

function NothingHere({ meta, state, shown, onClear, onCreate }: ListBodyProps) {
  const { t } = useFormat();
  const narrowed = state.q !== "" || simplify(chosenFilter(shown.view, state.filter)) !== null;
  const label = meta.label_plural;
  if (narrowed) {
    return (
      <div className={styles.state}>
        <EmptyState
          icon={SearchX}
          title={t("empty.no_match", { label })}
          text={t("empty.no_match_text")}
          action={<Button onClick={onClear}>{t("filter.clear")}</Button>}
        />
      </div>
    );
  }
  if (state.deleted) {
    return (
      <div className={styles.state}>
        <EmptyState icon={Inbox} title={t("bin.empty")} text={t("bin.text")} />
      </div>
    );
  }
  // Where one begins there is a way on, also when the first view holds a condition.
  const ways = (
    <>
      {meta.can.import ? <LinkButton to={`/${meta.name}/import`}>{t("empty.import")}</LinkButton> : null}
      {meta.can.create ? (
        <Button type="primary" onClick={onCreate}>
          {t("list.create", { label: meta.label })}
        </Button>
      ) : null}
    </>
  );
  if (shown.view?.filter) {
    return (
      <div className={styles.state}>
        <EmptyState
          icon={Inbox}
          title={t("empty.view", { view: shown.view.label })}
          text={t("empty.view_text", { label })}
          action={shown.view.default ? ways : null}
        />
      </div>
    );
  }
  return (
    <div className={styles.state}>
      <EmptyState
        icon={Inbox}
        title={t("empty.title", { label })}
        text={`${meta.description ?? ""}${t("empty.text", { label })}`}
        action={ways}
      />
    </div>
  );
}
