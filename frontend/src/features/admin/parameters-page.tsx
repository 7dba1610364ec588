import { useQuery, useQueryClient } from "@tanstack/react-query";
import { SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { SkeletonCard } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import styles from "./admin.module.css";
import { type Parameter, ParameterRow, type ParameterValue } from "./parameter-row";
import { useSectionTitle } from "./use-section-title";

const key = ["admin", "parameters"];

export function ParametersPage() {
  const t = useT("admin");
  const title = useSectionTitle("parameters");
  const client = useQueryClient();
  const message = useMessage();
  const [typed, setTyped] = useState("");
  const parameters = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) =>
      (await api.get<{ items: Parameter[] }>("/admin/parameters", { signal })).data.items,
  });

  async function save(parameter: Parameter, value: ParameterValue): Promise<string | null> {
    try {
      await api.put(`/admin/parameters/${parameter.code}`, { value });
      const before = parameter.value;
      message.action(t("parameters.saved", { label: parameter.label }), t("undo"), () => {
        void save({ ...parameter, value }, before);
      });
      await client.invalidateQueries({ queryKey: key });
      return null;
    } catch (error) {
      message.error(error);
      return error instanceof Error ? error.message : String(error);
    }
  }

  const shown = (parameters.data ?? []).filter((item) =>
    `${item.label} ${item.help} ${item.code} ${item.group}`
      .toLowerCase()
      .includes(typed.trim().toLowerCase()),
  );
  const groups = [...new Set(shown.map((item) => item.group))];
  return (
    <>
      <PageHeader title={title} sub={t("parameters.sub")}>
        <label className={styles.find}>
          <input
            type="search"
            aria-label={t("parameters.find")}
            placeholder={t("parameters.find")}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
      </PageHeader>
      {parameters.isPending ? <SkeletonCard lines={6} /> : null}
      {parameters.isError ? (
        <ErrorState error={parameters.error} onRetry={() => void parameters.refetch()} />
      ) : null}
      {parameters.data && shown.length === 0 ? (
        <EmptyState icon={SlidersHorizontal} title={t("parameters.empty")} text={t("parameters.emptyText")} />
      ) : null}
      <div className={styles.stack}>
        {groups.map((group) => (
          <Card key={group} title={group} flush>
            {shown
              .filter((item) => item.group === group)
              .map((item) => (
                <ParameterRow
                  key={`${item.code}=${JSON.stringify(item.value)}`}
                  parameter={item}
                  onSave={(value) => save(item, value)}
                />
              ))}
          </Card>
        ))}
      </div>
    </>
  );
}
