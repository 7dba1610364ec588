import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { requestCreate } from "@/access/create-request";
import { api } from "@/api/client";
import type { Row } from "@/api/types";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { useMessage } from "@/kit/use-message";
import styles from "./admin.module.css";
import { type DepartmentActions, DepartmentNode } from "./department-node";
import { departmentTree } from "./department-tree";
import { ListState } from "./list-state";
import { allOf } from "./queries";
import { useSectionTitle } from "./use-section-title";

export function DepartmentsPage() {
  const t = useT("admin");
  const title = useSectionTitle("departments");
  const client = useQueryClient();
  const message = useMessage();
  const departments = useQuery(allOf("departments"));
  const [busy, setBusy] = useState(false);

  async function run(act: () => Promise<unknown>): Promise<boolean> {
    setBusy(true);
    try {
      await act();
      await client.invalidateQueries({ queryKey: allOf("departments").queryKey });
      return true;
    } catch (error) {
      message.error(error);
      return false;
    } finally {
      setBusy(false);
    }
  }

  /** The newest version is read just before writing: an inline change of one field is meant for what is there now. */
  async function current(row: Row): Promise<Record<string, string>> {
    const { headers } = await api.get(`/departments/${row.id}`);
    return { "If-Match": headers.get("ETag") ?? `"${row.version}"` };
  }

  const actions: DepartmentActions = {
    busy,
    add: (parent, name) => run(() => api.post("/departments", { name, parent: parent.id })),
    rename: (row, name) =>
      run(async () => api.patch(`/departments/${row.id}`, { name }, { headers: await current(row) })),
    remove: (row) =>
      run(async () => api.delete(`/departments/${row.id}`, undefined, { headers: await current(row) })),
  };

  return (
    <>
      <PageHeader
        title={title}
        sub={t("departments.sub")}
        actions={<Button onClick={() => requestCreate("departments")}>{t("departments.create")}</Button>}
      />
      <ListState query={departments} object="departments">
        {(rows) => (
          <Card flush>
            <ul className={styles.tree}>
              {departmentTree(rows).map((node) => (
                <DepartmentNode key={node.row.id} node={node} actions={actions} />
              ))}
            </ul>
          </Card>
        )}
      </ListState>
    </>
  );
}
