import { comma, useT } from "@/i18n/index";
import { SimpleTable } from "@/kit/simple-table";
import type { MergeChildren } from "./queries";

/** What becomes of everything that points to the two. */
export function ChildrenTable({ rows }: { rows: MergeChildren[] }) {
  const t = useT("duplicates");
  return (
    <SimpleTable
      label={t("around")}
      rows={rows}
      rowKey={(row) => `${row.object}.${row.field}`}
      columns={[
        { key: "what", title: t("what"), cell: (row) => `${row.label}（${row.field_label}）` },
        { key: "survivor", title: t("stays"), align: "end", cell: (row) => row.survivor },
        { key: "loser", title: t("goes"), align: "end", cell: (row) => row.loser },
        { key: "after", title: t("after"), align: "end", cell: (row) => <b>{row.after}</b> },
        {
          key: "same",
          title: t("mergedAlong"),
          cell: (row) =>
            row.same_count > 0
              ? `${row.same.filter(Boolean).join(comma())}${row.same_count > row.same.length ? "…" : ""}` ||
                row.same_count
              : "",
        },
      ]}
    />
  );
}
