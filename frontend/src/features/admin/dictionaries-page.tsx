import { useQuery } from "@tanstack/react-query";
import { useT } from "@/i18n/index";
import { PageHeader } from "@/kit/page-header";
import { DictionaryEditor } from "./dictionary-editor";
import { ListState } from "./list-state";
import { MasterDetail } from "./master-detail";
import { allOf, textOf } from "./queries";

export function DictionariesPage() {
  const t = useT("admin");
  const dictionaries = useQuery(allOf("dictionaries"));
  return (
    <>
      <PageHeader title={t("sections.dictionaries")} sub={t("dictionaries.sub")} />
      <ListState query={dictionaries} object="dictionaries">
        {(rows) => (
          <MasterDetail
            label={t("sections.dictionaries")}
            items={rows.map((row) => ({
              id: textOf(row.code) || row.id,
              label: textOf(row.name) || textOf(row.label) || textOf(row.code),
              sub: textOf(row.code),
            }))}
          >
            {(code) => <DictionaryEditor key={code} code={code} />}
          </MasterDetail>
        )}
      </ListState>
    </>
  );
}
