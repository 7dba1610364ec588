import type { ReactNode } from "react";
import type { Tone } from "@/api/types";
import { AppLink } from "./app-link";
import styles from "./stat-tile.module.css";

type StatTileProps = {
  label: ReactNode;
  value: ReactNode;
  unit?: ReactNode;
  tone?: Tone | null;
  /** In-app address of the list behind the figure. */
  path?: string | null;
  note?: ReactNode;
  /** Without a box of its own: inside a card. */
  plain?: boolean | undefined;
};

/** A figure with its name; a link to the records behind it whenever there is one. */
export function StatTile({ label, value, unit, tone, path, note, plain }: StatTileProps) {
  const body = (
    <>
      <span className={styles.label}>{label}</span>
      <span className={styles.figure}>
        <span className={`${styles.value} km-num`}>{value}</span>
        {unit ? <span className={styles.unit}>{unit}</span> : null}
      </span>
      {note ? <span className={styles.note}>{note}</span> : null}
    </>
  );
  const className = `${styles.tile} ${styles[tone ?? "neutral"] ?? ""} ${plain ? styles.plain : ""}`;
  if (!path) return <div className={className}>{body}</div>;
  return (
    <AppLink path={path} className={className}>
      {body}
    </AppLink>
  );
}
