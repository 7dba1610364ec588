import { ArrowDown, ArrowUp, Layers } from "lucide-react";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useFormat } from "../fields/use-format";
import type { Shown } from "../list/use-list-state";
import { type LayoutOptions, measureName } from "../model/layout-options";
import { fieldOf, type ObjectMeta, type RecordData } from "../model/meta";
import type { ListState } from "../model/view-state";
import { Figures, GroupRow, type GroupTable } from "./group-rows";
import { levelOf, levelsOf, measuresOf, nextOrder, usualOrder } from "./group-rules";
import { GroupTools } from "./group-tools";
import styles from "./groups.module.css";
import { useGroups } from "./use-groups";

type GroupsProps = {
  meta: ObjectMeta;
  state: ListState;
  shown: Shown;
  onOptions: (change: Partial<LayoutOptions>) => void;
  onOpen: (record: RecordData, ids: string[]) => void;
};

/** The grouped table: groups with figures, opened one by one, and what all of them come to at the foot. */
export function Groups({ meta, state, shown, onOptions, onOpen }: GroupsProps) {
  const { t } = useFormat();
  const levels = levelsOf(meta, shown.options.group);
  const measures = measuresOf(meta, shown.options.measures);
  const order = shown.options.order || usualOrder(meta, levels[0] ?? "");
  const ask = { ...(state.q ? { q: state.q } : {}), ...(shown.base ? { view: shown.base } : {}) };
  const groups = useGroups(
    meta.name,
    {
      ...ask,
      filter: state.filter as never,
      group_by: levels.slice(0, 1),
      measures,
      order,
      with_total: true,
    },
    levels.length > 0,
  );
  const table: GroupTable = { meta, levels, measures, columns: shown.columns, sort: shown.sort, ask, onOpen };
  const level = levelOf(meta, levels[0] ?? "");
  const tools = <GroupTools meta={meta} levels={levels} measures={measures} onChange={onOptions} />;
  if (levels.length === 0) return <EmptyState icon={Layers} title={t("groups.nothing_to_group")} />;
  if (groups.isPending || groups.isError) {
    return (
      <div className={styles.wrap}>
        {tools}
        {groups.isError ? (
          <ErrorState error={groups.error} onRetry={() => void groups.refetch()} />
        ) : (
          <SkeletonRows />
        )}
      </div>
    );
  }
  const { data } = groups;
  const sorting = (name: string, label: string) => (
    <SortHead name={name} label={label} order={order} onSort={(next) => onOptions({ order: next })} />
  );
  return (
    <div className={styles.wrap}>
      {tools}
      {data.groups.length === 0 ? (
        <EmptyState icon={Layers} title={t("empty.no_match", { label: meta.label_plural })} />
      ) : (
        <div className={styles.scroll}>
          <table className={styles.table} aria-busy={groups.isPlaceholderData}>
            <caption className="km-hidden">{t("groups.caption", { label: meta.label_plural })}</caption>
            <thead>
              <tr>
                <th scope="col" aria-sort={sortOf(order, "key")}>
                  {sorting("key", level?.field.label ?? "")}
                </th>
                <th scope="col" className={styles.figure} aria-sort={sortOf(order, "count")}>
                  {sorting("count", t("groups.count"))}
                </th>
                {measures.map((measure) => {
                  const name = measureName(measure);
                  const label = fieldOf(meta, measure.field ?? "")?.label ?? "";
                  return (
                    <th key={name} scope="col" className={styles.figure} aria-sort={sortOf(order, name)}>
                      {sorting(name, t("groups.figure", { label, op: t(`measure.${measure.op}`) }))}
                    </th>
                  );
                })}
              </tr>
            </thead>
            <tbody>
              {data.groups.map((group) => (
                <GroupRow
                  key={JSON.stringify(group.key)}
                  table={table}
                  group={group}
                  depth={0}
                  within={state.filter}
                />
              ))}
              {data.more ? (
                <tr>
                  <td colSpan={2 + measures.length} className={styles.note}>
                    {t("groups.more")}
                  </td>
                </tr>
              ) : null}
            </tbody>
            {data.total ? (
              <tfoot>
                <tr className={styles.total}>
                  <th scope="row">{t("groups.total")}</th>
                  <Figures meta={meta} measures={measures} from={data.total} />
                </tr>
              </tfoot>
            ) : null}
          </table>
        </div>
      )}
    </div>
  );
}

function sortOf(order: string, name: string): "ascending" | "descending" | undefined {
  if (order === name) return "ascending";
  return order === `-${name}` ? "descending" : undefined;
}

type SortHeadProps = { name: string; label: string; order: string; onSort: (order: string) => void };

function SortHead({ name, label, order, onSort }: SortHeadProps) {
  const way = sortOf(order, name);
  const Arrow = way === "ascending" ? ArrowUp : ArrowDown;
  return (
    <button type="button" className={styles.sort} onClick={() => onSort(nextOrder(order, name))}>
      {label}
      {way ? <Arrow size={13} aria-hidden /> : null}
    </button>
  );
}
