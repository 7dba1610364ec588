import { useHotkey } from "@/kit/use-hotkey";
import type { Overlay } from "./shell";

/** `/` goes to the page's own search field when there is one, else to the palette. */
export function useShortcuts(open: (overlay: Overlay) => void): void {
  useHotkey("/", () => {
    const field = document.querySelector<HTMLInputElement>(
      "main input[type=search], main [data-page-search] input",
    );
    if (field) field.focus();
    else open("palette");
  });
  useHotkey("c", () => open("create"));
  useHotkey("?", () => open("help"));
}
