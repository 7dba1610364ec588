import { useSyncExternalStore } from "react";

/** Where two columns do not fit; the same width as in bands.module.css. */
const media = window.matchMedia("(max-width: 960px)");

function subscribe(listener: () => void): () => void {
  media.addEventListener("change", listener);
  return () => media.removeEventListener("change", listener);
}

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => media.matches);
}
