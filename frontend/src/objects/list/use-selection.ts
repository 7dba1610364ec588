import { useCallback, useEffect, useState } from "react";

const NOTHING: ReadonlySet<string> = new Set();

/** Chosen rows. Another filter or order is another list: what was chosen in the old one must not be changed by mistake. */
export function useSelection(listKey: string) {
  const [ids, setIds] = useState<ReadonlySet<string>>(NOTHING);
  const [everything, setEverything] = useState(false);
  const clear = useCallback(() => {
    setIds(NOTHING);
    setEverything(false);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is what makes it another list
  useEffect(() => clear(), [listKey, clear]);
  const select = useCallback((chosen: string[], on: boolean) => {
    setEverything(false);
    setIds((old) => {
      const next = new Set(old);
      for (const id of chosen) {
        if (on) next.add(id);
        else next.delete(id);
      }
      return next;
    });
  }, []);
  return { ids, everything, setEverything, select, clear };
}

export type Selection = ReturnType<typeof useSelection>;
