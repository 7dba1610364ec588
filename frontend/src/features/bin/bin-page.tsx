import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { Trash2 } from "lucide-react";
import { useMe } from "@/access/me";
import { flatMenu, mainMenu } from "@/access/menu";
import { api } from "@/api/client";
import type { ListPage, MenuItem, ObjectMeta, ObjectSummary, Row } from "@/api/types";
import { useT } from "@/i18n/index";
import { DateTime } from "@/kit/date-time";
import { Log } from "@/kit/log";
import { PageHeader } from "@/kit/page-header";
import { Pills } from "@/kit/pills";
import { SimpleTable } from "@/kit/simple-table";
import { EmptyState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import styles from "./bin.module.css";

function text(value: Row[string]): string {
  if (typeof value === "string") return value;
  if (value && typeof value === "object" && "label" in value && typeof value.label === "string")
    return value.label;
  return "";
}

/** What one works with daily, in the order of the menu, and everything else. */
function byUse(objects: ObjectSummary[], menu: MenuItem[]): [ObjectSummary[], ObjectSummary[]] {
  const daily = mainMenu(menu).filter((item) => item.key !== "admin");
  const usual = flatMenu(daily).flatMap((item) => objects.find((one) => one.name === item.object) ?? []);
  return [usual, objects.filter((one) => !usual.includes(one))];
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
  const [usual, others] = byUse(
    (objects.data ?? []).filter((one) => one.bin),
    me.menu,
  );
  const object = search.object ?? [...usual, ...others][0]?.name ?? "";
  const choose = (name: string) =>
    void navigate({ to: ".", search: { object: name } as never, replace: true });
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
        <div className={styles.kinds}>
          <Pills
            label={t("title")}
            options={usual.map((item) => ({ value: item.name, label: item.label }))}
            value={object}
            onChoose={choose}
          />
          {others.length > 0 ? (
            <select
              aria-label={t("others")}
              value={others.some((item) => item.name === object) ? object : ""}
              onChange={(event) => choose(event.target.value)}
            >
              <option value="" disabled>
                {t("others")}
              </option>
              {others.map((item) => (
                <option key={item.name} value={item.name}>
                  {item.label}
                </option>
              ))}
            </select>
          ) : null}
        </div>
      </PageHeader>
      {objects.data && object === "" ? (
        <EmptyState icon={Trash2} title={t("none")} text={t("noneText")} />
      ) : null}
      {object === "" ? null : (
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
                  cell: (row) => (
                    <DateTime value={text(row.deleted_at) || text(row.updated_at)} kind="smart" />
                  ),
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
      )}
    </div>
  );
}
