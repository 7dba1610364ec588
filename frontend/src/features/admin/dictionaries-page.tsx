import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { PageHeader } from "@/kit/page-header";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { DictionaryEditor } from "./dictionary-editor";
import { MasterDetail } from "./master-detail";
import { useSectionTitle } from "./use-section-title";

type Dictionary = { code: string; label: string; count: number };

export function DictionariesPage() {
  const t = useT("admin");
  const title = useSectionTitle("dictionaries");
  const dictionaries = useQuery({
    queryKey: ["admin", "dictionaries"],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: Dictionary[] }>("/admin/dictionaries", { signal })).data.items,
  });
  return (
    <>
      <PageHeader title={title} sub={t("dictionaries.sub")} />
      {dictionaries.isPending ? <SkeletonRows rows={6} /> : null}
      {dictionaries.isError ? (
        <ErrorState error={dictionaries.error} onRetry={() => void dictionaries.refetch()} />
      ) : null}
      {dictionaries.data ? (
        <MasterDetail
          label={title}
          items={dictionaries.data.map((item) => ({
            id: item.code,
            label: item.label,
            sub: t("dictionaries.count", { count: item.count }),
          }))}
        >
          {(code) => <DictionaryEditor key={code} code={code} />}
        </MasterDetail>
      ) : null}
    </>
  );
}
