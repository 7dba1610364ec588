import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import type { Draft, Trial } from "./definition";

const PAUSE = 400;

/** Tries a formula or roll-up on real records while it is written: its type and five values, or what is wrong and where. */
export function useTrial(object: string, draft: Draft, keyOf: string | null, ready: boolean) {
  const { type, formula, rollup, decimals } = draft;
  const asked = JSON.stringify({
    type,
    decimals,
    ...(type === "formula" ? { formula } : { rollup }),
    ...(keyOf ? { key: keyOf } : {}),
  });
  const [settled, setSettled] = useState(asked);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(asked), PAUSE);
    return () => window.clearTimeout(timer);
  }, [asked]);
  return useQuery({
    queryKey: ["admin", "trial", object, settled],
    // What is still being typed is not asked.
    enabled: ready && settled === asked,
    retry: false,
    queryFn: async ({ signal }) =>
      (await api.post<Trial>(`/admin/fields/${object}/preview`, JSON.parse(settled), { signal })).data,
  });
}
