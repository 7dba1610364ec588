import { useT } from "@/i18n/index";
import type { SearchState } from "./definition";

/** While records of before are made findable by the field, or forgotten by it: how far that is. */
export function SearchMark({ search }: { search: SearchState | undefined }) {
  const t = useT("fields");
  if (!search || search.state === "none") return null;
  const percent = search.total > 0 ? Math.floor((search.done / search.total) * 100) : 0;
  return <span>{t(`search_${search.state}`, { percent })}</span>;
}
