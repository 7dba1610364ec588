import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { Trash2 } from "lucide-react";
import { useMe } from "@/access/me";
import { flatMenu } from "@/access/menu";
import { api } from "@/api/client";
import type { ListPage, MenuItem, ObjectMeta, ObjectSummary, Row } from "@/api/types";
import { useT } from "@/i18n/index";
import { DateTime } from "@/kit/date-time";
import { Log } from "@/kit/log";
import { PageHeader } from "@/kit/page-header";
import { Pills } from "@/kit/pills";
import { SimpleTable } from "@/kit/simple-table";
import { useMessage } from "@/kit/use-message";
import styles from "./bin.module.css";

function text(value: Row[string]): string {
  if (typeof value === "string") return value;
  if (value && typeof value === "object" && "label" in value && typeof value.label === "string")
    return value.label;
  return "";
}

/** What one works with daily first, as in the menu; the rest after it. */
function inMenuOrder(objects: ObjectSummary[], menu: MenuItem[]): ObjectSummary[] {
  const order = flatMenu(menu).map((item) => item.object);
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...objects].sort((a, b) => place(a.name) - place(b.name));
}

export function BinPage() {
  const t = useT("bin");
  const me = useMe();
  const client = useQueryClient();
  const message = useMessage();
  const navigate = useNavigate();
  const search: { object?: string } = useSearch({ strict: false });
  const objects = useQuery({
    queryKey: ["meta", "objects"],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: ObjectSummary[] }>("/meta/objects", { signal })).data.items,
    staleTime: 5 * 60_000,
  });
  const kinds = inMenuOrder(objects.data ?? [], me.menu);
  const object = search.object ?? kinds[0]?.name ?? "";
  const meta = useQuery({
    queryKey: ["meta", object, "title"],
    queryFn: async ({ signal }) => (await api.get<ObjectMeta>(`/meta/objects/${object}`, { signal })).data,
    enabled: object !== "",
    staleTime: 5 * 60_000,
  });
  const bin = useInfiniteQuery({
    queryKey: ["bin", object],
    queryFn: async ({ signal, pageParam }) =>
      (
        await api.get<ListPage>(`/${object}`, {
          query: { deleted: true, limit: 50, cursor: pageParam },
          signal,
        })
      ).data,
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    enabled: object !== "",
  });
  const titleField = meta.data?.title_field ?? "name";

  async function restore(row: Row) {
    try {
      await api.post(`/${object}/${row.id}/restore`);
      message.action(t("restored", { name: text(row[titleField]) }), t("open"), () =>
        navigate({ to: `/${object}/${row.id}` as string }),
      );
    } catch (error) {
      message.error(error);
    }
    await client.invalidateQueries();
  }

  return (
    <div className={styles.page}>
      <PageHeader title={t("title")} sub={t("sub")}>
        <Pills
          label={t("title")}
          options={kinds.map((item) => ({ value: item.name, label: item.label }))}
          value={object}
          onChoose={(name) => void navigate({ to: ".", search: { object: name } as never, replace: true })}
        />
      </PageHeader>
      <Log query={bin} lines={5} empty={{ icon: Trash2, title: t("empty"), text: t("emptyText") }}>
        {(rows) => (
          <SimpleTable
            label={t("title")}
            rows={rows}
            rowKey={(row) => row.id}
            columns={[
              { key: "name", title: t("record"), cell: (row) => text(row[titleField]) || row.id },
              { key: "by", title: t("by"), cell: (row) => text(row.updated_by) || text(row.owner) || "–" },
              {
                key: "at",
                title: t("at"),
                cell: (row) => <DateTime value={text(row.deleted_at) || text(row.updated_at)} kind="smart" />,
              },
              {
                key: "restore",
                title: "",
                align: "end",
                cell: (row) => (
                  <Button size="small" onClick={() => void restore(row)}>
                    {t("restore")}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </Log>
    </div>
  );
}
