import { type ReactNode, useEffect } from "react";
import { useT } from "@/i18n/index";
import styles from "./page-header.module.css";

type PageHeaderProps = {
  title: ReactNode;
  /** One line under the title: what this page is, or the key facts of the record. */
  sub?: ReactNode;
  /** Before the title: an icon, an avatar or a way back. */
  lead?: ReactNode;
  /** Right side: the page's actions, the most wanted last. */
  actions?: ReactNode;
  /** Below: tabs, filters. */
  children?: ReactNode;
};

export function PageHeader({ title, sub, lead, actions, children }: PageHeaderProps) {
  const t = useT();
  const name = t("app.name");
  useEffect(() => {
    if (typeof title === "string") document.title = `${title} · ${name}`;
  }, [title, name]);
  return (
    <header className={styles.header}>
      <div className={styles.row}>
        {lead ? <div className={styles.lead}>{lead}</div> : null}
        <div className={styles.words}>
          <h1 className={styles.title}>{title}</h1>
          {sub ? <div className={styles.sub}>{sub}</div> : null}
        </div>
        {actions ? <div className={styles.actions}>{actions}</div> : null}
      </div>
      {children}
    </header>
  );
}
