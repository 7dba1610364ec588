import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { requestCreate } from "@/access/create-request";
import { useLocale, useT } from "@/i18n/index";
import { PageHeader } from "@/kit/page-header";
import { ListState } from "./list-state";
import { MasterDetail } from "./master-detail";
import { allOf, nameOf } from "./queries";
import { RoleEditor } from "./role-editor";
import { useSectionTitle } from "./use-section-title";

export function RolesPage() {
  const t = useT("admin");
  const title = useSectionTitle("roles");
  const locale = useLocale();
  const roles = useQuery(allOf("roles"));
  return (
    <>
      <PageHeader
        title={title}
        sub={t("roles.sub")}
        actions={<Button onClick={() => requestCreate("roles")}>{t("roles.create")}</Button>}
      />
      <ListState query={roles} object="roles">
        {(rows) => (
          <MasterDetail label={title} items={rows.map((row) => ({ id: row.id, label: nameOf(row, locale) }))}>
            {(id) => <RoleEditor key={id} id={id} />}
          </MasterDetail>
        )}
      </ListState>
    </>
  );
}
