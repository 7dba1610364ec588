import { Outlet, useLocation } from "@tanstack/react-router";
import { useMe } from "@/access/me";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { ObjectIcon } from "@/kit/object-icon";
import { useIsPhone } from "@/kit/use-is-phone";
import styles from "./admin-layout.module.css";
import { sectionsFor } from "./sections";

/** A phone, whose menu is folded away, gets the administration pages as a row of links. */
export function AdminLayout() {
  const t = useT("admin");
  const me = useMe();
  const phone = useIsPhone();
  const path = useLocation({ select: (location) => location.pathname });
  if (!phone) return <Outlet />;
  return (
    <>
      <nav aria-label={t("title")}>
        <ul className={styles.list}>
          {sectionsFor(me).map((section) => {
            const current = path.startsWith(section.path);
            return (
              <li key={section.key}>
                <AppLink
                  path={section.path}
                  className={`${styles.link} ${current ? styles.current : ""}`}
                  aria-current={current ? "page" : undefined}
                >
                  <ObjectIcon name={section.icon ?? section.key} size={16} />
                  {section.label}
                </AppLink>
              </li>
            );
          })}
        </ul>
      </nav>
      <Outlet />
    </>
  );
}
