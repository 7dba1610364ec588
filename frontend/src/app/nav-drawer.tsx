import { Keyboard } from "lucide-react";
import { LOCALES, useLocale, useT } from "@/i18n/index";
import { SidePanelDrawer } from "@/kit/side-panel-drawer";
import styles from "./nav-drawer.module.css";
import { NavList } from "./nav-list";
import { useChangeLocale } from "./personal-settings";
import type { Overlay } from "./shell";
import { ThemeMenu } from "./theme-menu";

type NavDrawerProps = { onClose: () => void; onOpen: (overlay: Overlay) => void };

/** Everything, on a phone: the whole menu, language and theme. */
export function NavDrawer({ onClose, onOpen }: NavDrawerProps) {
  const t = useT();
  const locale = useLocale();
  const changeLocale = useChangeLocale();
  return (
    <SidePanelDrawer open onClose={onClose} title={t("app.name")}>
      <NavList onGo={onClose} />
      <div className={styles.tools}>
        {LOCALES.map(({ code, label }) => (
          <button
            key={code}
            type="button"
            lang={code}
            className={styles.tool}
            aria-pressed={locale === code}
            onClick={() => void changeLocale(code)}
          >
            {label}
          </button>
        ))}
        <ThemeMenu className={styles.tool} />
        <button
          type="button"
          className={styles.tool}
          aria-label={t("bar.keys")}
          onClick={() => onOpen("help")}
        >
          <Keyboard size={18} aria-hidden />
        </button>
      </div>
    </SidePanelDrawer>
  );
}
