import { Outlet, useLocation } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { useIsPhone } from "@/kit/use-is-phone";
import styles from "./admin-layout.module.css";

/** A phone, whose menu is folded away, gets the way back to all settings. */
export function AdminLayout() {
  const t = useT("admin");
  const phone = useIsPhone();
  const inside = useLocation({ select: (location) => location.pathname.replace(/\/$/, "") !== "/admin" });
  return (
    <>
      {phone && inside ? (
        <AppLink path="/admin" className={styles.back}>
          <ChevronLeft size={18} aria-hidden />
          {t("title")}
        </AppLink>
      ) : null}
      <Outlet />
    </>
  );
}
