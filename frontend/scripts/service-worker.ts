import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { Plugin } from "vite";

const here = new URL(".", import.meta.url);

/** Writes /sw.js: the source beside this file, with the names of the build's files and a version that moves with them. */
export function serviceWorker(): Plugin {
  return {
    name: "kemai-service-worker",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const source = readFileSync(new URL("service-worker-source.js", here), "utf8");
      const fixed = readdirSync(new URL("../public/assets/", here)).map((name) => `assets/${name}`);
      const files = [...new Set([...Object.keys(bundle), ...fixed])]
        .filter((name) => /^assets\/.*\.(js|css|svg|png|webmanifest)$/.test(name))
        .sort()
        .map((name) => `/${name}`);
      const version = createHash("sha256").update(source).update(files.join()).digest("hex").slice(0, 12);
      const head = `const VERSION = ${JSON.stringify(version)};\nconst FILES = ${JSON.stringify(files)};\n`;
      this.emitFile({ type: "asset", fileName: "sw.js", source: head + source });
    },
  };
}
