import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { AppLink } from "@/kit/app-link";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { keys } from "../data/keys";
import type { RecordPage } from "../data/records";
import { kindOf } from "../fields/registry";
import { useFormat } from "../fields/use-format";
import type { Filter } from "../model/filter";
import {
  fieldsNamed,
  isBlank,
  type ObjectMeta,
  type PanelMeta,
  type RecordData,
  titleOf,
} from "../model/meta";
import styles from "./related.module.css";
import { childrenBy } from "./tree";

const MOST = 200;
/** Said of each beside its name: the title is the name, and lines of contact are for the list. */
const BESIDE = 3;

type RelatedTreeProps = { meta: ObjectMeta; panel: PanelMeta; by: string; filter: Filter };

/** Records that point to one another, drawn from the top down: nested lists with lines, so that it reads without seeing it. */
export function RelatedTree({ meta, panel, by, filter }: RelatedTreeProps) {
  const { t } = useFormat();
  const shown = panel.columns.filter((name) => name !== meta.title_field && name !== by);
  const query = {
    filter: JSON.stringify(filter),
    fields: [...new Set([meta.title_field, by, ...shown])].join(","),
    limit: MOST,
  };
  const rows = useQuery({
    queryKey: [...keys.lists(meta.name), "tree", query],
    queryFn: async ({ signal }) => (await api.get<RecordPage>(`/${meta.name}`, { query, signal })).data,
  });
  if (rows.isPending) return <SkeletonRows rows={3} />;
  if (rows.isError) return <ErrorState compact error={rows.error} onRetry={() => void rows.refetch()} />;
  const below = childrenBy(rows.data.items, by);
  return (
    <div className={styles.tree}>
      {rows.data.next_cursor ? <p role="status">{t("related.tree_more")}</p> : null}
      <Branch meta={meta} columns={shown} rows={below.get(null) ?? []} below={below} />
    </div>
  );
}

type BranchProps = {
  meta: ObjectMeta;
  columns: string[];
  rows: RecordData[];
  below: ReadonlyMap<string | null, RecordData[]>;
};

function Branch({ meta, columns, rows, below }: BranchProps) {
  const fields = fieldsNamed(meta, columns).filter((field) => field.type !== "phone");
  return (
    <ul>
      {rows.map((row) => {
        const said = fields.filter((field) => !isBlank(row[field.name])).slice(0, BESIDE);
        const under = below.get(row.id) ?? [];
        return (
          <li key={row.id}>
            <div className={styles.node}>
              <AppLink path={`/${meta.name}/${row.id}`}>{titleOf(meta, row)}</AppLink>
              {said.map((field) => {
                const { Cell } = kindOf(field);
                return <Cell key={field.name} field={field} value={row[field.name]} record={row} />;
              })}
            </div>
            {under.length > 0 ? <Branch meta={meta} columns={columns} rows={under} below={below} /> : null}
          </li>
        );
      })}
    </ul>
  );
}
