// Runs before the first paint so that neither the theme nor the language flickers. A file, not an inline
// script, because the page is served with script-src 'self'. Renamed (boot-2.js) when changed: assets are immutable.
(() => {
  let theme = "auto";
  let locale = "";
  try {
    theme = localStorage.getItem("km-theme") || "auto";
    locale = localStorage.getItem("km-locale") || "";
  } catch {
    // Storage may be switched off; the defaults are fine.
  }
  const dark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  document.documentElement.lang = locale || (navigator.language.startsWith("zh") ? "zh-CN" : "en");
})();
