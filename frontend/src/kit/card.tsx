import type { ReactNode } from "react";
import styles from "./card.module.css";

type CardProps = {
  title?: ReactNode;
  extra?: ReactNode;
  children: ReactNode;
  /** No inner space: the content (rows, a table) brings its own. */
  flush?: boolean;
};

export function Card({ title, extra, children, flush }: CardProps) {
  return (
    <section className={styles.card}>
      {title ? (
        <header className={styles.head}>
          <h2 className={styles.title}>{title}</h2>
          {extra ? <div className={styles.extra}>{extra}</div> : null}
        </header>
      ) : null}
      <div className={flush ? styles.flush : styles.body}>{children}</div>
    </section>
  );
}
