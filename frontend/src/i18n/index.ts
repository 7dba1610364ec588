import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import i18next, { type BackendModule } from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";

export type LocaleCode = "zh-CN" | "en";
export const LOCALES: { code: LocaleCode; label: string; short: string }[] = [
  { code: "zh-CN", label: "简体中文", short: "中" },
  { code: "en", label: "English", short: "EN" },
];

type Words = { [key: string]: string | Words };
type Loader = () => Promise<Words>;

const common = import.meta.glob<Words>("./locales/*/*.json", { import: "default" });
const objects = import.meta.glob<Words>("../objects/locales/*.json", { import: "default" });
const features = import.meta.glob<Words>("../features/*/locales/*.json", { import: "default" });

function loaderOf(language: string, namespace: string): Loader | undefined {
  if (namespace === "objects") return objects[`../objects/locales/${language}.json`];
  return (
    common[`./locales/${language}/${namespace}.json`] ??
    features[`../features/${namespace}/locales/${language}.json`]
  );
}

const backend: BackendModule = {
  type: "backend",
  init: () => undefined,
  read: (language, namespace, done) => {
    const load = loaderOf(language, namespace);
    if (!load) return done(new Error(`no words for ${namespace} in ${language}`), false);
    load().then(
      (words) => done(null, words),
      (error: Error) => done(error, false),
    );
  },
};

const KEY = "km-locale";

export function rememberedLocale(): LocaleCode {
  try {
    const value = localStorage.getItem(KEY);
    if (value === "zh-CN" || value === "en") return value;
  } catch {
    // No storage: the browser's language decides.
  }
  return navigator.language.startsWith("zh") ? "zh-CN" : "en";
}

export async function startI18n(): Promise<void> {
  const language = rememberedLocale();
  apply(language);
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: false,
      supportedLngs: ["zh-CN", "en"],
      load: "currentOnly",
      ns: ["common"],
      defaultNS: "common",
      interpolation: { escapeValue: false },
      returnNull: false,
      react: { useSuspense: true },
    });
  i18next.services.formatter?.add("noun", asNoun);
}

/** `{{label, noun}}`: a name within a sentence, "New customer"; what is written in capitals stays so. */
export function asNoun(value: unknown): string {
  const text = String(value);
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function apply(language: LocaleCode): void {
  document.documentElement.lang = language;
  dayjs.locale(language === "zh-CN" ? "zh-cn" : "en");
}

export async function changeLocale(language: LocaleCode): Promise<void> {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // The choice then lasts for this page only.
  }
  apply(language);
  await i18next.changeLanguage(language);
}

export type Translate = (key: string, params?: Record<string, string | number | undefined>) => string;

export function useT(namespace = "common"): Translate {
  return useTranslation(namespace).t as unknown as Translate;
}

export function useLocale(): LocaleCode {
  const { i18n } = useTranslation("common");
  return i18n.language === "en" ? "en" : "zh-CN";
}

export function currentLocale(): LocaleCode {
  return i18next.language === "en" ? "en" : "zh-CN";
}

/** What stands between the words of a list: `.join(comma())`. */
export function comma(): string {
  return currentLocale() === "en" ? ", " : "、";
}
