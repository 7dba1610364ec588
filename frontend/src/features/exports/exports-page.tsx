import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useLocation, useNavigate, useSearch } from "@tanstack/react-router";
import { FileDown } from "lucide-react";
import { useCan } from "@/access/me";
import { api } from "@/api/client";
import type { Page } from "@/api/types";
import { useT } from "@/i18n/index";
import { Log } from "@/kit/log";
import { PageHeader } from "@/kit/page-header";
import { Pills } from "@/kit/pills";
import { type ExportLine, ExportRow } from "./export-row";
import styles from "./exports.module.css";

type Which = "mine" | "waiting" | "all";

/** Lists taken out as files: one's own, those waiting for one's decision, and the whole log for who keeps it. */
export function ExportsPage() {
  const t = useT("exports");
  const can = useCan();
  const navigate = useNavigate();
  const search: { which?: Which } = useSearch({ strict: false });
  const inAdmin = useLocation({ select: (location) => location.pathname.startsWith("/admin") });
  const tabs: Which[] = [
    "mine",
    ...(can("platform.export.approve") ? (["waiting"] as const) : []),
    ...(can("platform.export.audit") || can("platform.export.approve") ? (["all"] as const) : []),
  ];
  const asked = search.which ?? (inAdmin ? "all" : "mine");
  const which = tabs.includes(asked) ? asked : "mine";
  const log = useInfiniteQuery({
    queryKey: ["exports", which],
    queryFn: async ({ signal, pageParam }) =>
      (await api.get<Page<ExportLine>>("/exports", { query: { which, cursor: pageParam }, signal })).data,
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
  return (
    <div className={styles.page}>
      <PageHeader title={t("title")} sub={t("sub")}>
        {tabs.length > 1 ? (
          <Pills
            label={t("title")}
            options={tabs.map((tab) => ({ value: tab, label: t(`which.${tab}`) }))}
            value={which}
            onChoose={(tab) => void navigate({ to: ".", search: { which: tab } as never, replace: true })}
          />
        ) : null}
      </PageHeader>
      <Log query={log} empty={{ icon: FileDown, title: t(`empty.${which}`), text: t("emptyText") }}>
        {(rows) => (
          <ul>
            {rows.map((row) => (
              <ExportRow key={row.id} row={row} own={which === "mine"} />
            ))}
          </ul>
        )}
      </Log>
    </div>
  );
}
