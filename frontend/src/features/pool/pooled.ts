import { useNavigate, useSearch } from "@tanstack/react-router";

/** Kinds of record that lie in pools. */
export type Pooled = "customers" | "leads";

/** Which kind a page is about, as the address says; choosing another forgets what was chosen of the first. */
export function usePooled(): [Pooled, (kind: Pooled) => void] {
  const navigate = useNavigate();
  const search: { object?: string } = useSearch({ strict: false });
  const kind = search.object === "leads" ? "leads" : "customers";
  return [
    kind,
    (next) =>
      void navigate({
        to: ".",
        search: (next === "customers" ? {} : { object: next }) as never,
        replace: true,
      }),
  ];
}
