import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { History } from "lucide-react";
import { useCan } from "@/access/me";
import { api } from "@/api/client";
import type { Operation, Page } from "@/api/types";
import { useT } from "@/i18n/index";
import { Log } from "@/kit/log";
import { PageHeader } from "@/kit/page-header";
import { Pills } from "@/kit/pills";
import { OperationRow } from "./operation-row";
import styles from "./operations.module.css";

type Filters = { whose?: "all" };

/** What was done to records, newest first, and the way back. */
export function OperationsPage() {
  const t = useT("operations");
  const can = useCan();
  const navigate = useNavigate();
  const { whose }: Filters = useSearch({ strict: false });
  const managing = can("platform.operation.view");
  const all = managing && whose === "all";
  const log = useInfiniteQuery({
    queryKey: ["operations", all],
    queryFn: async ({ signal, pageParam }) =>
      (
        await api.get<Page<Operation>>("/operations", {
          query: { mine: all ? null : true, cursor: pageParam },
          signal,
        })
      ).data,
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    // What is being taken back changes while one looks.
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.items.some((item) => item.state === "undoing"))
        ? 2000
        : false,
  });
  return (
    <div className={styles.page}>
      <PageHeader title={t("title")} sub={t("sub")}>
        {managing ? (
          <Pills
            label={t("title")}
            options={[
              { value: "mine", label: t("mine") },
              { value: "all", label: t("all") },
            ]}
            value={all ? "all" : "mine"}
            onChoose={(next) =>
              void navigate({
                to: ".",
                search: (next === "all" ? { whose: next } : {}) as never,
                replace: true,
              })
            }
          />
        ) : null}
      </PageHeader>
      <Log query={log} empty={{ icon: History, title: t("empty"), text: t("emptyText") }}>
        {(rows) => (
          <ul>
            {rows.map((row) => (
              <OperationRow key={row.id} row={row} others={all} />
            ))}
          </ul>
        )}
      </Log>
    </div>
  );
}
