import { useSyncExternalStore } from "react";

let wanted: string | null = null;
const listeners = new Set<() => void>();

/** Asks the shell to open the form for a new record of this object, over whatever page is shown. */
export function requestCreate(object: string | null): void {
  wanted = object;
  for (const listener of listeners) listener();
}

export function useCreateRequest(): string | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => wanted,
  );
}
