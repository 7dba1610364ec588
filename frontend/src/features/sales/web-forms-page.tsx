import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { requestCreate } from "@/access/create-request";
import { useLocale, useT } from "@/i18n/index";
import { PageHeader } from "@/kit/page-header";
import { allOf, ListState, MasterDetail, nameOf, useSectionTitle } from "../admin/public";
import { FormDesign } from "./form-design";

/** Web forms: what each asks for, its page, and how to put it into a site (MKT-5). */
export function WebFormsPage() {
  const t = useT("sales");
  const locale = useLocale();
  const title = useSectionTitle("web-forms");
  const forms = useQuery(allOf("web-forms"));
  return (
    <>
      <PageHeader
        title={title}
        sub={t("forms.sub")}
        actions={<Button onClick={() => requestCreate("web-forms")}>{t("forms.create")}</Button>}
      />
      <ListState query={forms} object="web-forms">
        {(rows) => (
          <MasterDetail
            label={title}
            items={rows.map((row) => ({
              id: row.id,
              label: nameOf(row, locale),
              sub: row.active ? null : t("pipelines.off"),
            }))}
          >
            {(id) => {
              const form = rows.find((row) => row.id === id);
              return form ? <FormDesign key={id} form={form} name={nameOf(form, locale)} /> : null;
            }}
          </MasterDetail>
        )}
      </ListState>
    </>
  );
}
