import type { ReactNode } from "react";
import type { Tone } from "@/api/types";
import styles from "./tag.module.css";

/** A word with a quiet colour. The word carries the meaning; the colour only helps. */
export function StateTag({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`${styles.tag} ${styles[tone]}`}>{children}</span>;
}
