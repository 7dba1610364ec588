import { useMemo, useState } from "react";
import { type Total, useRecordList, useTotal } from "../data/records";
import type { Filter } from "../model/filter";
import { fieldsNamed, type ObjectMeta, type RecordData } from "../model/meta";
import { type ListState, listQuery } from "../model/view-state";
import type { Shown } from "./use-list-state";

/** Asked for besides the columns: what names a row, the currencies of its amounts and their worth, and what may be done with it. */
function wanted(meta: ObjectMeta, shown: Shown): string[] {
  const beside = fieldsNamed(
    meta,
    shown.columns.flatMap((field) => [field.currency_field ?? [], field.base_field ?? []].flat()),
  );
  const names = [
    meta.title_field,
    ...(meta.title_field_en ? [meta.title_field_en] : []),
    ...meta.subtitle_fields,
    ...[...shown.columns, ...beside].map((field) => field.name),
    "can",
  ];
  return [...new Set(names)];
}

export function useObjectList(
  meta: ObjectMeta,
  state: ListState,
  shown: Shown,
  fixed: Filter | null,
  enabled = true,
  limit?: number,
) {
  const query = useMemo(() => {
    const asked = { ...state, view: shown.base, filter: shown.filter, sort: shown.sort };
    return listQuery(asked, fixed, wanted(meta, shown));
  }, [meta, state, shown, fixed]);
  const list = useRecordList(meta.name, query, enabled, limit);
  const rows = useMemo<RecordData[]>(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const complete = list.isSuccess && !list.hasNextPage;
  const [asked, setAsked] = useState(false);
  const counted = useTotal(meta.name, query, enabled && asked && !complete);
  const total: Total | null = complete ? { total: rows.length, exact: true } : (counted.data ?? null);
  return { query, list, rows, total, counting: counted.isFetching, askTotal: () => setAsked(true) };
}

export type ObjectList = ReturnType<typeof useObjectList>;
