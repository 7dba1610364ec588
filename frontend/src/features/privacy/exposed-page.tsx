import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import dayjs from "dayjs";
import { ScanEye } from "lucide-react";
import type { ReactNode } from "react";
import { api } from "@/api/client";
import { comma, useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { DateTime } from "@/kit/date-time";
import { PageHeader } from "@/kit/page-header";
import { SimpleTable } from "@/kit/simple-table";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { FileButton } from "./file-button";
import styles from "./privacy.module.css";

type Occasion = {
  at: string;
  who: string;
  how: string;
  how_label: string;
  object: string;
  object_label: string;
  fields: string[];
  about: string;
  address: string;
  count: number;
  records: { id: string; label: string | null }[];
};
type Span = { start: string; end: string; record?: string };
const SHOWN = 5;
const DAY = "YYYY-MM-DD";

/** Who saw in clear, exported or received which persons between two days (P-9). */
export function ExposedPage() {
  const t = useT("privacy");
  const navigate = useNavigate();
  const search: Partial<Span> = useSearch({ strict: false });
  const span: Span = {
    start: search.start ?? dayjs().subtract(7, "day").format(DAY),
    end: search.end ?? dayjs().format(DAY),
    ...(search.record ? { record: search.record } : {}),
  };
  const query = useQuery({
    queryKey: ["privacy", "exposed", span],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: Occasion[]; more: boolean }>("/privacy/exposed", { query: span, signal })).data,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const set = (change: Partial<Span>) =>
    void navigate({ to: ".", search: { ...span, ...change } as never, replace: true });
  const data = query.data;
  return (
    <>
      <PageHeader
        title={t("exposed.title")}
        sub={t("exposed.sub")}
        actions={<FileButton path="/privacy/exposed/file" body={span} label={t("exposed.file")} />}
      >
        <div className={styles.filters}>
          {(["start", "end"] as const).map((name) => (
            <label key={name} className={styles.day}>
              {t(`exposed.${name}`)}
              <input
                type="date"
                className={styles.find}
                value={span[name]}
                onChange={(event) => event.target.value && set({ [name]: event.target.value })}
              />
            </label>
          ))}
          <input
            type="search"
            className={styles.find}
            aria-label={t("exposed.record")}
            placeholder={t("exposed.record")}
            defaultValue={span.record ?? ""}
            onKeyDown={(event) => {
              if (event.key === "Enter") set({ record: event.currentTarget.value.trim() });
            }}
          />
        </div>
      </PageHeader>
      {query.isPending ? <SkeletonRows rows={8} /> : null}
      {query.isError ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {data?.items.length === 0 ? (
        <EmptyState icon={ScanEye} title={t("exposed.none")} text={t("exposed.noneText")} />
      ) : null}
      {data && data.items.length > 0 ? (
        <div className={styles.page}>
          <Card flush>
            <Occasions items={data.items} />
          </Card>
          <p className={styles.said}>{data.more ? t("exposed.more") : t("exposed.note")}</p>
        </div>
      ) : null}
    </>
  );
}

function Occasions({ items }: { items: Occasion[] }) {
  const t = useT("privacy");
  return (
    <SimpleTable
      label={t("exposed.title")}
      rows={items}
      rowKey={(row) => `${row.at} ${row.how} ${row.records[0]?.id ?? ""}`}
      columns={[
        { key: "who", title: t("exposed.who"), cell: (row) => <Short>{row.who}</Short> },
        {
          key: "at",
          title: t("exposed.at"),
          cell: (row) => (
            <Short>
              <DateTime value={row.at} kind="instant" />
            </Short>
          ),
        },
        { key: "how", title: t("exposed.how"), cell: (row) => <Short>{row.how_label}</Short> },
        { key: "whose", title: t("exposed.whose"), cell: (row) => <Whose row={row} /> },
        {
          key: "fields",
          title: t("exposed.fields"),
          cell: (row) => row.fields.slice(0, 8).join(comma()) || "–",
        },
        { key: "about", title: t("exposed.about"), cell: (row) => row.about || "–" },
        { key: "address", title: t("exposed.address"), cell: (row) => row.address || "–", phone: "hide" },
      ]}
    />
  );
}

/** Stays on one line where there is room: a name of three characters does not stand upright. */
function Short({ children }: { children: ReactNode }) {
  return <span className={styles.short}>{children}</span>;
}

function Whose({ row }: { row: Occasion }) {
  const t = useT("privacy");
  const rest = row.count - Math.min(row.records.length, SHOWN);
  return (
    <span>
      {row.object_label}
      {row.records.slice(0, SHOWN).map((record, n) => (
        <span key={record.id}>
          {n > 0 ? comma() : " "}
          {record.label ? (
            <AppLink path={`/${row.object}/${record.id}`}>{record.label}</AppLink>
          ) : (
            <span className={styles.said}>{t("exposed.erased")}</span>
          )}
        </span>
      ))}
      {rest > 0 ? <span className={styles.said}> {t("exposed.others", { count: rest })}</span> : null}
    </span>
  );
}
