import { useSyncExternalStore } from "react";

const media = window.matchMedia("(max-width: 640px)");

function subscribe(listener: () => void): () => void {
  media.addEventListener("change", listener);
  return () => media.removeEventListener("change", listener);
}

export function useIsPhone(): boolean {
  return useSyncExternalStore(subscribe, () => media.matches);
}
