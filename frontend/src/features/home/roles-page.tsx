import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Id } from "@/api/types";
import { MasterDetail, useSectionTitle } from "@/features/admin/public";
import { useT } from "@/i18n/index";
import { PageHeader } from "@/kit/page-header";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { Arrange } from "./arrange";

type RoleLine = { id: Id; label: string; arranged: boolean; ready: string };

/** With which home page the people of each role begin; who arranged his own keeps it. */
export function HomeRolesPage() {
  const t = useT("home");
  const title = useSectionTitle("home-pages");
  const roles = useQuery({
    queryKey: ["home", "roles"],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: RoleLine[] }>("/home/roles", { signal })).data.items,
  });
  return (
    <>
      <PageHeader title={title} sub={t("roles.sub")} />
      {roles.isError ? <ErrorState error={roles.error} onRetry={() => void roles.refetch()} /> : null}
      {roles.isPending ? <SkeletonRows rows={8} /> : null}
      {roles.data ? (
        <MasterDetail
          label={title}
          items={roles.data.map((role) => ({
            id: role.id,
            label: role.label,
            sub: role.arranged ? t("roles.arranged") : t("roles.ready", { label: role.ready }),
          }))}
        >
          {(id) => <Arrange key={id} path={`/home/roles/${id}`} />}
        </MasterDetail>
      ) : null}
    </>
  );
}
