import type { SegmentDetail } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { SimpleTable } from "@/kit/simple-table";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useRecordList } from "@/objects/data/records";
import { kindOf } from "@/objects/fields/registry";
import { fieldsNamed, type ObjectMeta, titleOf } from "@/objects/model/meta";
import styles from "./segments-page.module.css";

const SHOWN = 20;

type MembersProps = { meta: ObjectMeta; segment: SegmentDetail; inList: string };

/** The first members, as this reader sees them; all of them are a list of their own. */
export function Members({ meta, segment, inList }: MembersProps) {
  const t = useT("segments");
  const columns = fieldsNamed(meta, meta.list.columns)
    .filter((field) => field.name !== meta.title_field)
    .slice(0, 3);
  const query = {
    filter: JSON.stringify({ in_segment: segment.id }),
    fields: [meta.title_field, ...columns.map((field) => field.name)].join(","),
  };
  const list = useRecordList(meta.name, query, true, SHOWN);
  const rows = list.data?.pages[0]?.items ?? [];
  return (
    <Card title={t("members")} flush>
      {list.isPending ? <SkeletonRows rows={5} /> : null}
      {list.isError ? <ErrorState compact error={list.error} onRetry={() => void list.refetch()} /> : null}
      {list.isSuccess && rows.length === 0 ? <EmptyState compact title={t("no_members")} /> : null}
      {rows.length > 0 ? (
        <SimpleTable
          label={t("members")}
          rows={rows}
          rowKey={(row) => row.id}
          columns={[
            {
              key: "title",
              title: meta.label,
              cell: (row) => <AppLink path={`/${meta.name}/${row.id}`}>{titleOf(meta, row)}</AppLink>,
            },
            ...columns.map((field) => {
              const { Cell } = kindOf(field);
              return {
                key: field.name,
                title: field.label,
                cell: (row: (typeof rows)[number]) => (
                  <Cell field={field} value={row[field.name]} record={row} />
                ),
              };
            }),
          ]}
        />
      ) : null}
      {list.hasNextPage ? (
        <p className={styles.more}>
          <AppLink path={inList}>{t("all_members")}</AppLink>
        </p>
      ) : null}
    </Card>
  );
}
