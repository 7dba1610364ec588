import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { meQuery } from "@/access/me";
import { api } from "@/api/client";
import type { Me } from "@/api/types";
import { changeLocale, currentLocale, type LocaleCode } from "@/i18n/index";
import { setDisplayZone } from "@/kit/date-time";
import { setBaseCurrency } from "@/kit/money";
import { keepRecords } from "@/kit/offline";
import { useMessage } from "@/kit/use-message";
import { setThemeChoice, type ThemeChoice } from "@/theme/use-theme";

/** The person's own language and theme win over what this browser remembered. */
export function usePersonalSettings(me: Me): void {
  // Not an effect: the first paint must already be on the person's clock.
  setDisplayZone(me.time_zone);
  setBaseCurrency(me.base_currency);
  useEffect(() => {
    if (me.locale !== currentLocale()) void changeLocale(me.locale);
  }, [me.locale]);
  useEffect(() => setThemeChoice(me.theme), [me.theme]);
}

const KEPT_MS = 1000;

/** Words from the server (menu, labels) are in the person's language too, so everything is asked again. */
export function useChangeLocale(): (locale: LocaleCode) => Promise<void> {
  const client = useQueryClient();
  return async (locale) => {
    await changeLocale(locale);
    await api.patch<Me>("/me", { locale });
    // Every process of the server keeps a person for up to a second; asked sooner, one may still answer in the old language.
    await new Promise((resolve) => setTimeout(resolve, KEPT_MS));
    await client.invalidateQueries();
  };
}

export function useChangeTheme(): (theme: ThemeChoice) => Promise<void> {
  const client = useQueryClient();
  return async (theme) => {
    setThemeChoice(theme);
    client.setQueryData(meQuery.queryKey, (me) => (me ? { ...me, theme } : me));
    await api.patch<Me>("/me", { theme });
  };
}

/** Pins an entry of the menu to its top, or takes it down again; shown at once. */
export function useTogglePin(): (key: string) => void {
  const client = useQueryClient();
  const message = useMessage();
  const show = (favourites: string[]) =>
    client.setQueryData(meQuery.queryKey, (me) => (me ? { ...me, favourites } : me));
  return (key) => {
    const before = client.getQueryData(meQuery.queryKey)?.favourites ?? [];
    const after = before.includes(key) ? before.filter((pinned) => pinned !== key) : [...before, key];
    show(after);
    api.patch<Me>("/me", { favourites: after }).catch((error) => {
      show(before);
      message.error(error);
    });
  };
}

/** A full reload forgets everything the last person had loaded. */
export async function signOut(): Promise<void> {
  try {
    await keepRecords(false);
    await api.post("/auth/logout");
  } finally {
    window.location.assign("/login");
  }
}
