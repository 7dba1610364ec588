import { ExternalLink, TriangleAlert } from "lucide-react";
import { useFormat } from "../fields/use-format";
import type { ObjectMeta } from "../model/meta";
import { builtIn } from "../model/saved-view";
import styles from "./form.module.css";

type DuplicateNoteProps = { meta: ObjectMeta; id: string; message: string; value: unknown };

/** The widest list there is, searched for what was typed: the existing record need not be one's own. */
function searchAddress(meta: ObjectMeta, words: string): string {
  const wide = builtIn(meta.views).find((view) => view.filter === null && !view.default);
  const query = new URLSearchParams({ ...(wide ? { view: wide.key } : {}), q: words });
  return `/${meta.name}?${query}`;
}

/** It exists already: said while typing, with a way to look. A new tab, so that what was typed stays. */
export function DuplicateNote({ meta, id, message, value }: DuplicateNoteProps) {
  const { t } = useFormat();
  const words = typeof value === "string" ? value.trim() : "";
  return (
    <div id={id} className={styles.double} role="status">
      <TriangleAlert size={15} aria-hidden />
      <span>
        {message}{" "}
        {words ? (
          <a href={searchAddress(meta, words)} target="_blank" rel="noopener">
            {t("form.see_existing", { label: meta.label })}
            <ExternalLink size={12} aria-hidden />
          </a>
        ) : null}
      </span>
    </div>
  );
}
