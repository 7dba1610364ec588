import { SkeletonPage } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { useMeta } from "../data/meta";
import { ListScreen } from "./list-screen";

export function ObjectListPage({ object }: { object: string }) {
  const { data: meta, error, refetch } = useMeta(object);
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!meta) return <SkeletonPage />;
  return <ListScreen meta={meta} />;
}
