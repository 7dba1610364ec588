import { lazy, type ReactNode, Suspense, useCallback, useState } from "react";
import type { Written } from "../data/writes";

const CreatePanel = lazy(async () => ({ default: (await import("./form-panel")).CreatePanel }));

export type CreateRecord = { open: (initial?: Record<string, unknown>) => void; element: ReactNode };

/** `const create = useCreateRecord("contacts")`: put `create.element` on the page, call `create.open({...})`. */
export function useCreateRecord(object: string, onCreated?: (written: Written) => void): CreateRecord {
  const [initial, setInitial] = useState<Record<string, unknown> | null>(null);
  const open = useCallback((values: Record<string, unknown> = {}) => setInitial(values), []);
  const element = initial ? (
    <Suspense fallback={null}>
      <CreatePanel object={object} initial={initial} onCreated={onCreated} onClose={() => setInitial(null)} />
    </Suspense>
  ) : null;
  return { open, element };
}
