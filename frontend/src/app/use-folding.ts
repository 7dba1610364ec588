import { useState } from "react";

const KEY = "km-nav-open";

function remembered(): Record<string, boolean> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Record<string, boolean>;
  } catch {
    return {};
  }
}

/** Which parts of the menu stand open, as left the last time in this browser; else as the server suggests. */
export function useFolding() {
  const [open, setOpen] = useState(remembered);
  return {
    isOpen: (key: string, otherwise: boolean) => open[key] ?? otherwise,
    turn(key: string, to: boolean) {
      const next = { ...open, [key]: to };
      setOpen(next);
      try {
        localStorage.setItem(KEY, JSON.stringify(next));
      } catch {
        // Folding is a comfort; without storage it lasts for this page.
      }
    },
  };
}
