import type { Choice } from "../model/meta";
import styles from "./tag.module.css";

export function ChoiceTag({ choice }: { choice: Choice }) {
  const classes = choice.active === false ? `${styles.tag} ${styles.inactive}` : styles.tag;
  return (
    <span className={classes} data-color={choice.color ?? "default"} title={choice.label}>
      {choice.label}
    </span>
  );
}

export function PlainTag({ text }: { text: string }) {
  return (
    <span className={styles.tag} title={text}>
      {text}
    </span>
  );
}

export function TagRow({ children }: { children: React.ReactNode }) {
  return <span className={styles.row}>{children}</span>;
}
