import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { Search, UserPlus } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { requestCreate } from "@/access/create-request";
import { api } from "@/api/client";
import type { ListPage, Row } from "@/api/types";
import { useT } from "@/i18n/index";
import { Avatar } from "@/kit/avatar";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { SidePanel } from "@/kit/side-panel";
import { SimpleTable } from "@/kit/simple-table";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { StateTag } from "@/kit/tag";
import styles from "./admin.module.css";
import { textOf } from "./queries";
import { useSectionTitle } from "./use-section-title";
import { UserPanel } from "./user-panel";

export const usersKey = ["admin", "users"];

export function isDisabled(user: Row | undefined): boolean {
  return user?.is_active === false;
}

export function UsersPage() {
  const t = useT("admin");
  const title = useSectionTitle("users");
  const common = useT();
  const navigate = useNavigate();
  const search: { id?: string } = useSearch({ strict: false });
  const [typed, setTyped] = useState("");
  const q = useDeferredValue(typed.trim());
  const users = useInfiniteQuery({
    queryKey: [...usersKey, q],
    queryFn: async ({ signal, pageParam }) =>
      (await api.get<ListPage>("/users", { query: { q, limit: 50, cursor: pageParam }, signal })).data,
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
  const rows = users.data?.pages.flatMap((page) => page.items) ?? [];
  const choose = (id: string | undefined) => void navigate({ to: ".", search: { id } as never });
  const open = rows.find((row) => row.id === search.id);

  return (
    <>
      <PageHeader
        title={title}
        sub={t("users.sub")}
        actions={
          <Button
            type="primary"
            icon={<UserPlus size={16} aria-hidden />}
            onClick={() => requestCreate("users")}
          >
            {t("users.create")}
          </Button>
        }
      >
        <label className={styles.find}>
          <Search size={15} aria-hidden />
          <input
            type="search"
            aria-label={t("users.find")}
            placeholder={t("users.find")}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
      </PageHeader>
      {users.isPending ? <SkeletonRows rows={8} /> : null}
      {users.isError ? <ErrorState error={users.error} onRetry={() => void users.refetch()} /> : null}
      {users.data ? (
        <Card flush>
          {rows.length === 0 ? (
            <EmptyState icon={UserPlus} title={t("users.empty")} text={t("users.emptyText")} />
          ) : (
            <SimpleTable
              label={title}
              rows={rows}
              rowKey={(row) => row.id}
              columns={[
                {
                  key: "name",
                  title: t("users.name"),
                  cell: (row) => (
                    <button type="button" className={styles.person} onClick={() => choose(row.id)}>
                      <Avatar name={textOf(row.name)} size={28} />
                      <span>{textOf(row.name)}</span>
                    </button>
                  ),
                },
                { key: "username", title: t("users.username"), cell: (row) => textOf(row.username) },
                {
                  key: "department",
                  title: t("users.department"),
                  cell: (row) => textOf(row.department) || "–",
                },
                {
                  key: "title",
                  title: t("users.title"),
                  cell: (row) => textOf(row.job_title) || "–",
                  phone: "hide",
                },
                {
                  key: "state",
                  title: t("users.state"),
                  cell: (row) => (
                    <StateTag tone={isDisabled(row) ? "bad" : "neutral"}>
                      {t(isDisabled(row) ? "users.disabled" : "users.active")}
                    </StateTag>
                  ),
                },
              ]}
            />
          )}
        </Card>
      ) : null}
      {users.hasNextPage ? (
        <div className={styles.more}>
          <Button loading={users.isFetchingNextPage} onClick={() => void users.fetchNextPage()}>
            {common("loadMore")}
          </Button>
        </div>
      ) : null}
      <SidePanel
        open={search.id !== undefined}
        onClose={() => choose(undefined)}
        title={open ? textOf(open.name) : title}
        width={460}
      >
        {search.id ? <UserPanel key={search.id} id={search.id} user={open} /> : null}
      </SidePanel>
    </>
  );
}
