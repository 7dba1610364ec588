import { useMe } from "@/access/me";
import { useT } from "@/i18n/index";
import { sectionsFor } from "./sections";

/** A page is called what the menu calls it. */
export function useSectionTitle(key: string): string {
  const t = useT("admin");
  return sectionsFor(useMe()).find((section) => section.key === key)?.label ?? t(`sections.${key}`);
}
