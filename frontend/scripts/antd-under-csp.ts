import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

type Node = { type: string; start: number; end: number; [key: string]: unknown };

const NOTHING = "export default () => {};";
/** Names what cssinjs imports; each says so if somebody calls it after all. */
const NO_COMPILER = `const none = () => { throw new Error("styles are compiled before the build"); };
export { none as compile, none as middleware, none as prefixer, none as serialize, none as stringify };`;
const STYLE_HOOKS = new Set(["genStyleHooks", "genSubStyleComponent", "genComponentStyleHook"]);

/**
 * Makes antd work under `style-src-elem 'self'` without a nonce, and smaller (docs/decisions/010).
 *
 * 1. The one module through which antd puts style elements into the page is replaced by one that uses
 *    constructable style sheets, which the policy allows.
 * 2. Component styles come from the extracted CSS file (theme.zeroRuntime), so the functions that would
 *    compute them at run time are cut out of the bundle.
 * 3. The one style antd computes all the same, of its icons, stands in antd-refine.css; so nobody needs the compiler of
 *    styles (stylis), and it stays out.
 */
export function antdUnderCsp(): Plugin {
  const shim = new URL("./dynamic-css-shim.js", import.meta.url).pathname;
  return {
    name: "kemai-antd-under-csp",
    apply: "build",
    enforce: "pre",
    load: {
      filter: {
        id: [/\/Dom\/dynamicCSS\.js$/, /\/useResetIconStyle\.js$/, /node_modules\/stylis\/index\.js$/],
      },
      handler(id) {
        if (id.endsWith("dynamicCSS.js")) return readFileSync(shim, "utf8");
        return id.includes("/stylis/") ? NO_COMPILER : NOTHING;
      },
    },
    transform: {
      filter: { id: /node_modules\/antd\/es\/.*\/style\/.*\.js$/, code: /gen(StyleHooks|SubStyleComponent)/ },
      handler(code) {
        const cuts: [number, number][] = [];
        walk(this.parse(code) as unknown as Node, (node) => {
          const callee = node.callee as Node | undefined;
          if (node.type !== "CallExpression" || !STYLE_HOOKS.has(String(callee?.name))) return;
          const styleFunction = (node.arguments as Node[])[1];
          if (styleFunction) cuts.push([styleFunction.start, styleFunction.end]);
        });
        if (cuts.length === 0) return null;
        let out = code;
        for (const [start, end] of cuts.sort((a, b) => b[0] - a[0])) {
          out = `${out.slice(0, start)}void 0${out.slice(end)}`;
        }
        return { code: out, map: null };
      },
    },
  };
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) walk(item, visit);
    } else if (isNode(value)) walk(value, visit);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}
