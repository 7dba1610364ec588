import { Bell, Keyboard, Languages, Plus, Search } from "lucide-react";
import { creatable } from "@/access/menu";
import { useUnread } from "@/access/notifications";
import type { Me } from "@/api/types";
import { LOCALES, useLocale, useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { BrandMark } from "@/kit/brand-mark";
import { MOD_KEY } from "@/kit/mod-key";
import { PopoverMenu } from "@/kit/popover-menu";
import { useChangeLocale } from "./personal-settings";
import type { Overlay } from "./shell";
import { ThemeMenu } from "./theme-menu";
import styles from "./top-bar.module.css";
import { UserMenu } from "./user-menu";

type TopBarProps = { me: Me; phone: boolean; onOpen: (overlay: Overlay) => void };

export function TopBar({ me, phone, onOpen }: TopBarProps) {
  const t = useT();
  const locale = useLocale();
  const changeLocale = useChangeLocale();
  const unread = useUnread(me);
  return (
    <header className={styles.bar}>
      {phone ? (
        <AppLink path="/" className={styles.brand} aria-label={t("app.name")}>
          <BrandMark size={28} />
        </AppLink>
      ) : null}
      <button type="button" className={styles.search} onClick={() => onOpen("palette")}>
        <Search size={15} aria-hidden />
        <span>{t("bar.search")}</span>
        {phone ? null : <kbd>{MOD_KEY} K</kbd>}
      </button>
      <div className={styles.tools}>
        {phone || creatable(me).length === 0 ? null : (
          <button type="button" className={styles.create} onClick={() => onOpen("create")}>
            <Plus size={16} aria-hidden />
            {t("bar.create")}
          </button>
        )}
        {phone ? null : (
          <>
            <button
              type="button"
              className={styles.tool}
              aria-label={t("bar.keys")}
              title={t("bar.keys")}
              onClick={() => onOpen("help")}
            >
              <Keyboard size={18} strokeWidth={1.75} aria-hidden />
            </button>
            <PopoverMenu
              label={t("bar.language")}
              className={styles.tool}
              trigger={<Languages size={18} strokeWidth={1.75} aria-hidden />}
              items={LOCALES.map(({ code, label }) => ({
                key: code,
                label: <span lang={code}>{label}</span>,
                checked: locale === code,
                run: () => void changeLocale(code),
              }))}
            />
            <ThemeMenu className={styles.tool} />
          </>
        )}
        <button
          type="button"
          className={styles.tool}
          aria-label={unread ? t("bar.unread", { count: unread }) : t("bar.notifications")}
          title={t("bar.notifications")}
          onClick={() => onOpen("notifications")}
        >
          <Bell size={18} strokeWidth={1.75} aria-hidden />
          {unread ? <span className={styles.badge}>{unread > 99 ? "99+" : unread}</span> : null}
        </button>
        <UserMenu me={me} className={styles.user} />
      </div>
    </header>
  );
}
