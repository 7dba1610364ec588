import { Button } from "antd";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useState } from "react";
import type { AggregateGroup } from "@/api/types";
import { SkeletonLine } from "@/kit/skeleton";
import { useErrorText } from "@/kit/states";
import { useRecordList } from "../data/records";
import { choiceOf } from "../fields/format";
import { kindOf } from "../fields/registry";
import { ChoiceTag } from "../fields/tag";
import { useFormat } from "../fields/use-format";
import { bothHold, type Filter, type Measure, parseFilter } from "../model/filter";
import { measureName } from "../model/layout-options";
import { type FieldMeta, fieldOf, isBlank, type ObjectMeta, type RecordData, titleOf } from "../model/meta";
import { keyOf, levelOf, periodText, usualOrder } from "./group-rules";
import styles from "./groups.module.css";
import { useGroups } from "./use-groups";

const PAGE = 20;

/** What every row of the table needs to know. */
export type GroupTable = {
  meta: ObjectMeta;
  levels: string[];
  measures: Measure[];
  columns: FieldMeta[];
  sort: string | null;
  ask: { q?: string; view?: string };
  onOpen: (record: RecordData, ids: string[]) => void;
};

type GroupRowProps = { table: GroupTable; group: AggregateGroup; depth: number; within: Filter | null };

/** One group with its figures; what is in it is asked for when it is opened. */
export function GroupRow({ table, group, depth, within }: GroupRowProps) {
  const [open, setOpen] = useState(false);
  const level = table.levels[depth] ?? "";
  const filter = bothHold(within, parseFilter(group.filter));
  const Arrow = open ? ChevronDown : ChevronRight;
  return (
    <>
      <tr className={styles.group} data-level={depth}>
        <th scope="row" style={{ paddingInlineStart: 12 + depth * 22 }}>
          <button type="button" className={styles.open} aria-expanded={open} onClick={() => setOpen(!open)}>
            <Arrow size={15} aria-hidden />
            <span className={styles.label}>
              <GroupLabel meta={table.meta} group={group} level={level} />
            </span>
          </button>
        </th>
        <Figures meta={table.meta} measures={table.measures} from={group} />
      </tr>
      {open && depth + 1 < table.levels.length ? (
        <InnerGroups table={table} depth={depth + 1} within={filter} />
      ) : null}
      {open && depth + 1 >= table.levels.length ? (
        <Records table={table} depth={depth + 1} within={filter} />
      ) : null}
    </>
  );
}

export function Figures({ meta, measures, from }: Pick<GroupTable, "meta" | "measures"> & { from: object }) {
  const context = useFormat();
  const figures = from as Record<string, unknown>;
  return (
    <>
      <td className={styles.figure}>{Number(figures.count ?? 0).toLocaleString("en-US")}</td>
      {measures.map((measure) => {
        const field = fieldOf(meta, measure.field ?? "");
        const value = figures[measureName(measure)];
        return (
          <td key={measureName(measure)} className={styles.figure}>
            {field && !isBlank(value) ? (
              kindOf(field).text(field, value, context)
            ) : (
              <span aria-hidden>—</span>
            )}
          </td>
        );
      })}
    </>
  );
}

function GroupLabel({ meta, group, level }: { meta: ObjectMeta; group: AggregateGroup; level: string }) {
  const context = useFormat();
  const { t } = context;
  const found = levelOf(meta, level);
  const key = keyOf(group, level);
  if (key === null || key === "") return <span className={styles.muted}>{t("value.blank")}</span>;
  if (!found) return <>{String(key)}</>;
  if (found.period) return <>{periodText(String(key), found.period, context)}</>;
  const choice = choiceOf(found.field, key);
  if (choice) return <ChoiceTag choice={choice} />;
  if (typeof key === "boolean") return <>{t(key ? "value.yes" : "value.no")}</>;
  const label = group.label[level];
  return label === null ? <span className={styles.muted}>{t("value.hidden")}</span> : label;
}

type InnerProps = { table: GroupTable; depth: number; within: Filter | null };

function InnerGroups({ table, depth, within }: InnerProps) {
  const { t } = useFormat();
  const level = table.levels[depth] ?? "";
  const groups = useGroups(table.meta.name, {
    ...table.ask,
    filter: within as never,
    group_by: [level],
    measures: table.measures,
    order: usualOrder(table.meta, level),
  });
  if (groups.isPending || groups.isError) return <StateRow table={table} error={groups.error} />;
  return (
    <>
      {groups.data.groups.map((group) => (
        <GroupRow key={JSON.stringify(group.key)} table={table} group={group} depth={depth} within={within} />
      ))}
      {groups.data.more ? (
        <tr>
          <td colSpan={2 + table.measures.length} className={styles.note}>
            {t("groups.more")}
          </td>
        </tr>
      ) : null}
    </>
  );
}

function Records({ table, depth, within }: InnerProps) {
  const context = useFormat();
  const { t } = context;
  const { meta, measures } = table;
  // What the row says already, in its group or beside it, is not said again.
  const said = new Set([
    meta.title_field,
    ...table.levels.map((one) => one.split(":")[0]),
    ...measures.map((one) => one.field),
  ]);
  const beside = table.columns.filter((field) => !said.has(field.name)).slice(0, 3);
  const names = [
    meta.title_field,
    ...beside.map((one) => one.name),
    ...measures.map((one) => one.field ?? ""),
  ];
  const query: Record<string, string> = { fields: [...new Set(names)].join(",") };
  if (within) query.filter = JSON.stringify(within);
  if (table.ask.q) query.q = table.ask.q;
  if (table.ask.view) query.view = table.ask.view;
  if (table.sort) query.sort = table.sort;
  const list = useRecordList(meta.name, query, true, PAGE);
  if (list.isPending || (list.isError && !list.data)) return <StateRow table={table} error={list.error} />;
  const rows = list.data.pages.flatMap((page) => page.items);
  const ids = rows.map((row) => row.id);
  return (
    <>
      {rows.map((row) => (
        <tr key={row.id} className={styles.record}>
          <th scope="row" style={{ paddingInlineStart: 35 + depth * 22 }}>
            <button type="button" className={styles.link} onClick={() => table.onOpen(row, ids)}>
              {titleOf(meta, row) || t("value.untitled")}
            </button>
            <span className={styles.sub}>
              {beside
                .map((field) => kindOf(field).text(field, row[field.name], context))
                .filter(Boolean)
                .join(" · ")}
            </span>
          </th>
          <td />
          {measures.map((measure) => {
            const field = fieldOf(meta, measure.field ?? "");
            const again = measures.find((one) => one.field === measure.field) !== measure;
            const value = again ? null : row[measure.field ?? ""];
            return (
              <td key={measureName(measure)} className={styles.figure}>
                {field && !isBlank(value) ? kindOf(field).text(field, value, context) : null}
              </td>
            );
          })}
        </tr>
      ))}
      {list.hasNextPage ? (
        <tr>
          <td colSpan={2 + measures.length} style={{ paddingInlineStart: 35 + depth * 22 }}>
            <Button size="small" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {t("list.more")}
            </Button>
          </td>
        </tr>
      ) : null}
    </>
  );
}

function StateRow({ table, error }: { table: GroupTable; error: unknown }) {
  const text = useErrorText();
  return (
    <tr>
      <td colSpan={2 + table.measures.length}>
        {error ? <span role="alert">{text(error)}</span> : <SkeletonLine />}
      </td>
    </tr>
  );
}
