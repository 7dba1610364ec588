import { useParams } from "@tanstack/react-router";
import { requestCreate } from "@/access/create-request";
import { useMe } from "@/access/me";
import { mayCreate } from "@/access/menu";
import { useHotkey } from "@/kit/use-hotkey";
import type { Overlay } from "./shell";

/**
 * `/` goes to the page's own search field when there is one, else to the palette. `c` makes a record of the kind whose
 * list the address names, loaded or not; elsewhere it asks which kind.
 */
export function useShortcuts(open: (overlay: Overlay) => void): void {
  const me = useMe();
  const { object, id } = useParams({ strict: false }) as { object?: string; id?: string };
  useHotkey("/", () => {
    const field = document.querySelector<HTMLInputElement>(
      "main input[type=search], main [data-page-search] input",
    );
    if (field) field.focus();
    else open("palette");
  });
  useHotkey("c", (event) => {
    if (event.target instanceof Element && event.target.closest("[role=dialog]")) return;
    if (object && !id && mayCreate(me, object)) requestCreate(object);
    else open("create");
  });
  useHotkey("?", () => open("help"));
}
