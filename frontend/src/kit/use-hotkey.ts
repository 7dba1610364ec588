import { useEffect, useRef } from "react";

type HotkeyOptions = { enabled?: boolean /** Also while a field has the focus. */; inFields?: boolean };

function inField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

function matches(event: KeyboardEvent, keys: string): boolean {
  const parts = keys.toLowerCase().split("+");
  const key = parts.pop() ?? "";
  const mod = parts.includes("mod");
  if (mod !== (event.ctrlKey || event.metaKey)) return false;
  if (parts.includes("alt") !== event.altKey) return false;
  // Shift is part of what "?" is; only asked for when named.
  if (parts.includes("shift") && !event.shiftKey) return false;
  return event.key.toLowerCase() === key;
}

/** `useHotkey("mod+k", …)`, `useHotkey("c", …)`. Single letters never fire while someone types. */
export function useHotkey(
  keys: string,
  run: (event: KeyboardEvent) => void,
  options: HotkeyOptions = {},
): void {
  const { enabled = true, inFields = keys.includes("mod+") || keys === "escape" } = options;
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    if (!enabled) return;
    const listen = (event: KeyboardEvent) => {
      if (event.isComposing || event.defaultPrevented || !matches(event, keys)) return;
      if (!inFields && inField(event.target)) return;
      event.preventDefault();
      latest.current(event);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [keys, enabled, inFields]);
}
