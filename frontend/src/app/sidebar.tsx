import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { useState } from "react";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { BrandMark } from "@/kit/brand-mark";
import { NavList } from "./nav-list";
import styles from "./sidebar.module.css";

const KEY = "km-sidebar";

export function Sidebar() {
  const t = useT();
  const [narrow, setNarrow] = useState(() => localStorage.getItem(KEY) === "narrow");
  const Icon = narrow ? PanelLeftOpen : PanelLeftClose;
  const label = narrow ? t("nav.unfold") : t("nav.fold");
  return (
    <aside className={`${styles.sidebar} ${narrow ? styles.narrow : ""}`}>
      <AppLink path="/" className={styles.brand} aria-label={t("app.name")}>
        <BrandMark size={28} />
        {narrow ? null : <span>{t("app.name")}</span>}
      </AppLink>
      <div className={styles.scroll}>
        <NavList narrow={narrow} />
      </div>
      <button
        type="button"
        className={styles.fold}
        aria-label={label}
        title={label}
        aria-expanded={!narrow}
        onClick={() => {
          localStorage.setItem(KEY, narrow ? "wide" : "narrow");
          setNarrow(!narrow);
        }}
      >
        <Icon size={17} strokeWidth={1.75} aria-hidden />
      </button>
    </aside>
  );
}
