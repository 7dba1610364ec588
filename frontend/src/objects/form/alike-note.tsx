import { Copy, ExternalLink } from "lucide-react";
import { comma } from "@/i18n/index";
import { useFormat } from "../fields/use-format";
import type { Double } from "../model/live-check";
import type { ObjectMeta } from "../model/meta";
import styles from "./form.module.css";

type AlikeNoteProps = { meta: ObjectMeta; id: string; doubles: Double[] };

/** Records that may be the same: those one sees with a way to look (in a new tab, so that what was typed stays), others by their place. */
export function AlikeNote({ meta, id, doubles }: AlikeNoteProps) {
  const { t } = useFormat();
  return (
    <div id={id} className={styles.double} role="status">
      <Copy size={15} aria-hidden />
      <ul>
        {doubles.map((one) => (
          <li key={one.record?.id ?? `${one.rule}${one.holder}`}>
            {one.record ? (
              <>
                <a href={`/${meta.name}/${one.record.id}`} target="_blank" rel="noopener">
                  {one.record.label}
                  <ExternalLink size={12} aria-hidden />
                </a>{" "}
                {(one.reasons ?? [one.label]).join(comma())} · {one.holder}
              </>
            ) : (
              t("form.alike_withheld", { label: meta.label, rule: one.label, holder: one.holder })
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
