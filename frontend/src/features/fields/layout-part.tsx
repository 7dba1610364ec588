import type { ReactNode } from "react";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import styles from "./fields.module.css";
import type { Part } from "./layout";

type LayoutPartProps = { part: Part; own: boolean; onOwn: (own: boolean) => void; children: ReactNode };

/** One part of a layout: its own, or following what lies below. */
export function LayoutPart({ part, own, onOwn, children }: LayoutPartProps) {
  const t = useT("fields");
  return (
    <Card
      flush
      title={t(`part_${part}`)}
      extra={
        <label className={styles.switch}>
          <input
            type="checkbox"
            aria-label={t("own_part_of", { part: t(`part_${part}`) })}
            checked={own}
            onChange={(event) => onOwn(event.target.checked)}
          />
          {t("own_part")}
        </label>
      }
    >
      <p className={styles.about}>{t(own ? `part_${part}_hint` : "follows")}</p>
      {children}
    </Card>
  );
}
