import { useSyncExternalStore } from "react";

export type ToastTone = "good" | "bad" | "info";
export type Toast = {
  id: number;
  tone: ToastTone;
  text: string;
  /** A token of POST /undo/{token}: the toast becomes an undo bar. */
  undo?: string;
  onUndone?: () => void;
  action?: { label: string; run: () => void };
  seconds: number;
};

let toasts: Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function emit(list: Toast[]): void {
  toasts = list;
  for (const listener of listeners) listener();
}

export function dismissToast(id: number): void {
  emit(toasts.filter((toast) => toast.id !== id));
}

export function showToast(toast: Omit<Toast, "id" | "seconds"> & { seconds?: number }): number {
  const id = next++;
  const seconds = toast.seconds ?? (toast.tone === "bad" ? 10 : toast.undo || toast.action ? 9 : 4);
  emit([...toasts.slice(-2), { ...toast, id, seconds }]);
  return id;
}

export function useToasts(): Toast[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
}
