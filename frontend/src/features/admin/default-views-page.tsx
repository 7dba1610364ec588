import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { UsersRound } from "lucide-react";
import { useMe } from "@/access/me";
import { flatMenu } from "@/access/menu";
import { api } from "@/api/client";
import type { ViewMeta } from "@/api/types";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { Pills } from "@/kit/pills";
import { SimpleTable } from "@/kit/simple-table";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import { useMeta } from "@/objects/data/meta";
import styles from "./audit.module.css";
import { useSectionTitle } from "./use-section-title";

type RoleDefault = { role: string; label: string; view: string | null };

/** With which view the people of each role begin, for each kind of record, until they choose one of their own. */
export function DefaultViewsPage() {
  const t = useT("admin");
  const title = useSectionTitle("default-views");
  const me = useMe();
  const navigate = useNavigate();
  const search: { object?: string } = useSearch({ strict: false });
  const kinds = flatMenu(me.menu).flatMap(({ object, label, path }) =>
    object && !path.startsWith("/admin/") ? [{ value: object, label }] : [],
  );
  const object = search.object ?? kinds[0]?.value ?? "customers";
  return (
    <>
      <PageHeader title={title} sub={t("defaultViews.sub")}>
        <Pills
          label={t("defaultViews.kind")}
          options={kinds}
          value={object}
          onChoose={(name) => void navigate({ to: ".", search: { object: name } as never, replace: true })}
        />
      </PageHeader>
      <RoleDefaults key={object} object={object} title={title} />
    </>
  );
}

function RoleDefaults({ object, title }: { object: string; title: string }) {
  const t = useT("admin");
  const client = useQueryClient();
  const message = useMessage();
  const { data: meta } = useMeta(object);
  const key = ["admin", "default-views", object];
  const roles = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) =>
      (await api.get<{ items: RoleDefault[] }>(`/views/roles/${object}`, { signal })).data.items,
  });
  if (roles.isError) return <ErrorState error={roles.error} onRetry={() => void roles.refetch()} />;
  if (!roles.data || !meta) return <SkeletonRows rows={8} />;
  // Others' people would not find a view that is open to fewer.
  const views: ViewMeta[] = meta.views.filter((view) => !view.saved || view.shared?.kind === "all");

  async function choose(row: RoleDefault, view: string | null) {
    const put = async (chosen: string | null) => {
      const path = `/views/roles/${object}/${encodeURIComponent(row.role)}`;
      const { data } = await api.put<{ items: RoleDefault[] }>(path, { view: chosen });
      client.setQueryData(key, data.items);
    };
    try {
      await put(view);
      const name = views.find((one) => one.key === view)?.label ?? t("defaultViews.none");
      message.action(
        t("defaultViews.set", { role: row.label, view: name }),
        t("defaultViews.takeBack"),
        () => {
          put(row.view).catch(message.error);
        },
      );
    } catch (error) {
      message.error(error);
    }
  }

  return (
    <Card flush>
      {roles.data.length === 0 ? (
        <EmptyState icon={UsersRound} title={t("defaultViews.empty")} text={t("defaultViews.emptyText")} />
      ) : (
        <SimpleTable
          label={title}
          rows={roles.data}
          rowKey={(row) => row.role}
          columns={[
            { key: "role", title: t("defaultViews.role"), cell: (row) => row.label },
            {
              key: "view",
              title: t("defaultViews.view"),
              cell: (row) => (
                <span className={styles.filters}>
                  <select
                    aria-label={t("defaultViews.viewOf", { role: row.label })}
                    value={row.view ?? ""}
                    onChange={(event) => void choose(row, event.target.value || null)}
                  >
                    <option value="">{t("defaultViews.none")}</option>
                    {views.map((view) => (
                      <option key={view.key} value={view.key}>
                        {view.label}
                      </option>
                    ))}
                    {row.view && !views.some((view) => view.key === row.view) ? (
                      <option value={row.view}>{t("defaultViews.gone")}</option>
                    ) : null}
                  </select>
                </span>
              ),
            },
          ]}
        />
      )}
    </Card>
  );
}
