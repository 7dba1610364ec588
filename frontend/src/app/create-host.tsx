import { useLocation, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { requestCreate, useCreateRequest } from "@/access/create-request";
import { queryClient } from "@/api/query-client";

const CreatePanel = lazy(() =>
  import("@/objects/form/form-panel").then((module) => ({ default: module.CreatePanel })),
);

/** Opens the form for a new record: asked for by a command, or by an address with `?new=1` (which then loses it). */
export function CreateHost() {
  const router = useRouter();
  const object = useCreateRequest();
  const asked = useLocation({
    select: ({ pathname, search }) =>
      (search as Record<string, unknown>).new === "1" ? (pathname.split("/")[1] ?? null) : null,
  });
  useEffect(() => {
    if (!asked) return;
    requestCreate(asked);
    void router.navigate({
      to: ".",
      search: ((old: Record<string, unknown>) => ({ ...old, new: undefined })) as never,
      replace: true,
    });
  }, [asked, router]);
  if (!object) return null;
  return (
    <Suspense fallback={null}>
      <CreatePanel
        key={object}
        object={object}
        // The page beneath may be any: home with its counters, a list of administration. It shows the new record too.
        onCreated={() => void queryClient.invalidateQueries()}
        onClose={() => requestCreate(null)}
      />
    </Suspense>
  );
}
