// Stands in for @rc-component/util's Dom/dynamicCSS in the build: the same functions over constructable
// style sheets, so that nothing ever inserts a <style> element (docs/decisions/010).
const sheets = new Map();

function keyOf(key, option) {
  return `${option?.mark ?? "rc-util-key"}:${key}`;
}

function handle(entry) {
  // What callers do with the element they expect: attributes, a nonce, ids. None of it matters to a sheet.
  return { setAttribute() {}, getAttribute: () => null, remove: () => drop(entry), nonce: "", innerHTML: "" };
}

function drop(entry) {
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== entry.sheet);
}

export function injectCSS(css, option = {}) {
  if (typeof document === "undefined") return null;
  const entry = { css, sheet: new CSSStyleSheet() };
  entry.sheet.replaceSync(css);
  document.adoptedStyleSheets = option.prepend
    ? [entry.sheet, ...document.adoptedStyleSheets]
    : [...document.adoptedStyleSheets, entry.sheet];
  entry.handle = handle(entry);
  return entry.handle;
}

export function updateCSS(css, key, option = {}) {
  if (typeof document === "undefined") return null;
  const name = keyOf(key, option);
  const known = sheets.get(name);
  if (known) {
    if (known.css !== css) {
      known.css = css;
      known.sheet.replaceSync(css);
    }
    return known.handle;
  }
  const entry = { css, sheet: new CSSStyleSheet() };
  entry.sheet.replaceSync(css);
  document.adoptedStyleSheets = option.prepend
    ? [entry.sheet, ...document.adoptedStyleSheets]
    : [...document.adoptedStyleSheets, entry.sheet];
  entry.handle = handle(entry);
  sheets.set(name, entry);
  return entry.handle;
}

export function removeCSS(key, option = {}) {
  const name = keyOf(key, option);
  const known = sheets.get(name);
  if (!known) return;
  sheets.delete(name);
  drop(known);
}

export function clearContainerCache() {}
