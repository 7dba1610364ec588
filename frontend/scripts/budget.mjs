// Fails the build when the first screens need more script than the budget (experience.md, "Speed as felt").
// Counts, gzipped, the entry, everything it imports statically, and the chunks that sign-in and home load.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 250;
const out = new URL("../../backend/kemai/static/app/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", out), "utf8"));
const FIRST = [
  "index.html",
  "src/app/shell.tsx",
  "src/features/sign-in/sign-in-page.tsx",
  "src/features/home/home-page.tsx",
];

const files = new Set();
function add(key) {
  const chunk = manifest[key];
  if (!chunk || files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const name of chunk.imports ?? []) add(name);
}
for (const key of FIRST) {
  if (!manifest[key]) throw new Error(`budget: ${key} is not in the manifest`);
  add(key);
}
// The words and antd's own texts of one language come with the first screen too.
for (const key of Object.keys(manifest)) {
  if (/(zh-CN\/common|(sign-in|home)\/locales\/zh-CN)\.json$|locale\/zh_CN\.js$/.test(key)) add(key);
}

let total = 0;
const rows = [...files]
  .filter((file) => file.endsWith(".js"))
  .map((file) => [gzipSync(readFileSync(new URL(file, out)), { level: 9 }).length, file])
  .sort((a, b) => b[0] - a[0]);
for (const [size, file] of rows) {
  total += size;
  console.log(`${(size / 1000).toFixed(1).padStart(8)} kB  ${file}`);
}
const kb = total / 1000;
console.log(`${kb.toFixed(1).padStart(8)} kB  first screen, script gzipped (budget ${BUDGET_KB} kB)`);
if (kb > BUDGET_KB) process.exit(1);
