import { useQuery } from "@tanstack/react-query";
import { Tabs } from "antd";
import { lazy, Suspense } from "react";
import { MasterDetail } from "@/features/admin/public";
import { useT } from "@/i18n/index";
import { PageHeader } from "@/kit/page-header";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { FieldList } from "./field-list";
import { kindsQuery } from "./queries";

const LayoutEditor = lazy(async () => ({ default: (await import("./layout-editor")).LayoutEditor }));

/** What an administrator adds to a kind of record, and how its forms and lists are laid out (PLT-2, PLT-14). */
export function FieldsPage() {
  const t = useT("fields");
  const kinds = useQuery(kindsQuery);
  return (
    <>
      <PageHeader title={t("title")} sub={t("sub")} />
      {kinds.isPending ? <SkeletonRows rows={6} /> : null}
      {kinds.isError ? <ErrorState error={kinds.error} onRetry={() => void kinds.refetch()} /> : null}
      {kinds.data ? (
        <MasterDetail
          label={t("kinds")}
          items={kinds.data.map((kind) => ({
            id: kind.object,
            label: kind.label,
            sub: kind.custom > 0 ? t("custom_count", { count: kind.custom }) : null,
          }))}
        >
          {(object) => <KindOfRecord key={object} object={object} />}
        </MasterDetail>
      ) : null}
    </>
  );
}

function KindOfRecord({ object }: { object: string }) {
  const t = useT("fields");
  return (
    <Tabs
      items={[
        { key: "fields", label: t("tab_fields"), children: <FieldList object={object} /> },
        {
          key: "layout",
          label: t("tab_layout"),
          children: (
            <Suspense fallback={<SkeletonRows rows={6} />}>
              <LayoutEditor object={object} />
            </Suspense>
          ),
        },
      ]}
    />
  );
}
