import { Outlet, useLocation } from "@tanstack/react-router";
import { useMe } from "@/access/me";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { ObjectIcon } from "@/kit/object-icon";
import styles from "./admin-layout.module.css";
import { sectionsFor } from "./sections";

export function AdminLayout() {
  const t = useT("admin");
  const me = useMe();
  const path = useLocation({ select: (location) => location.pathname });
  return (
    <div className={styles.layout}>
      <nav className={styles.nav} aria-label={t("title")}>
        <p className={styles.title}>{t("title")}</p>
        <ul>
          {sectionsFor(me).map((section) => (
            <li key={section.key}>
              <AppLink
                path={section.path}
                className={`${styles.link} ${path.startsWith(section.path) ? styles.current : ""}`}
                aria-current={path.startsWith(section.path) ? "page" : undefined}
              >
                <ObjectIcon name={section.icon} size={16} />
                {t(`sections.${section.key}`)}
              </AppLink>
            </li>
          ))}
        </ul>
      </nav>
      <div className={styles.content}>
        <Outlet />
      </div>
    </div>
  );
}
