import { useMemo } from "react";
import { useMe } from "@/access/me";
import { useLocale, useT } from "@/i18n/index";
import type { FormatContext } from "./types";

export function useFormat(): FormatContext {
  const t = useT("objects");
  const locale = useLocale();
  const timeZone = useMe().time_zone;
  // i18next types its function over all namespaces; here it is asked for words by key only.
  return useMemo(() => ({ t: t as unknown as FormatContext["t"], locale, timeZone }), [t, locale, timeZone]);
}
