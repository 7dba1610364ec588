import { ConfigProvider } from "antd";
import type { Locale as AntdLocale } from "antd/es/locale";
import { type ReactNode, useEffect, useState } from "react";
import { useLocale } from "@/i18n/index";
import { antdThemes } from "./antd-theme";
import { useTheme } from "./use-theme";
import "./antd.generated.css";
import "./tokens.css";
import "./base.css";
import "./antd-refine.css";

const locales: Record<string, () => Promise<{ default: AntdLocale }>> = {
  "zh-CN": () => import("antd/es/locale/zh_CN"),
  en: () => import("antd/es/locale/en_US"),
};

// antd waits for the end of its animations; where there are none it must know.
const STILL = matchMedia("(prefers-reduced-motion: reduce)").matches;
const themes = STILL
  ? {
      light: { ...antdThemes.light, token: { ...antdThemes.light.token, motion: false } },
      dark: { ...antdThemes.dark, token: { ...antdThemes.dark.token, motion: false } },
    }
  : antdThemes;

export function ThemeProvider({ children }: { children: ReactNode }) {
  const { resolved } = useTheme();
  const locale = useLocale();
  const [antdLocale, setAntdLocale] = useState<AntdLocale>();
  useEffect(() => {
    let current = true;
    void locales[locale]?.().then((module) => current && setAntdLocale(module.default));
    return () => {
      current = false;
    };
  }, [locale]);
  return (
    <ConfigProvider
      theme={themes[resolved]}
      {...(antdLocale ? { locale: antdLocale } : {})}
      wave={{ disabled: true }}
      button={{ autoInsertSpace: false }}
    >
      {children}
    </ConfigProvider>
  );
}
