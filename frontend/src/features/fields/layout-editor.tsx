import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import styles from "./fields.module.css";
import { itemOf, type LayoutsOf } from "./layout";
import { LayoutForm } from "./layout-form";

/** Who sees which layout: everybody's, and where a role needs another, its own. */
export function LayoutEditor({ object }: { object: string }) {
  const t = useT("fields");
  const [role, setRole] = useState<string | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ["admin", "custom", "layouts", object],
    queryFn: async ({ signal }) => (await api.get<LayoutsOf>(`/admin/layouts/${object}`, { signal })).data,
  });
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonRows rows={6} />;
  const item = itemOf(data, role);
  return (
    <div className={styles.stack}>
      <label className={styles.whose}>
        {t("layout_for")}
        <select value={role ?? ""} onChange={(event) => setRole(event.target.value || null)}>
          <option value="">{t("layout_default")}</option>
          {data.roles.map((one) => (
            <option key={one.id} value={one.id}>
              {itemOf(data, one.id) ? t("layout_own", { label: one.label ?? "" }) : one.label}
            </option>
          ))}
        </select>
        <span className={styles.muted}>{t("layout_hint")}</span>
      </label>
      <LayoutForm key={`${role} ${item?.version}`} of={data} role={role} item={item} />
    </div>
  );
}
