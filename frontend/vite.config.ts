import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { antdUnderCsp } from "./scripts/antd-under-csp.ts";
import { precompress } from "./scripts/precompress.ts";
import { serviceWorker } from "./scripts/service-worker.ts";

export default defineConfig({
  plugins: [react(), antdUnderCsp(), serviceWorker(), precompress()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  server: { port: 5173, proxy: { "/api": "http://127.0.0.1:8000" } },
  preview: { proxy: { "/api": "http://127.0.0.1:8000" } },
  build: {
    outDir: "../backend/kemai/static/app",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: "es2022",
    manifest: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Without groups the first screen is sixty tiny files. What every page needs is three: the libraries,
          // our small parts, the icons more than one page shows. Heavy parts of the kit stay out, loaded with use.
          groups: [
            {
              name: "base",
              priority: 20,
              test: /node_modules\/(react|react-dom|scheduler|react-i18next|i18next|dayjs|@tanstack\/(?!(react-)?virtual)[^/]+)\//,
            },
            {
              name: "kit",
              priority: 10,
              test: /src\/(kit\/(?!record-picker|side-panel-drawer|save-csv|more-icons|take-back-dialog|ask-dialog|log|token-limits)|access\/|api\/|i18n\/index|theme\/)/,
            },
            { name: "icons", priority: 10, minShareCount: 2, test: /node_modules\/lucide-react\// },
          ],
        },
      },
    },
  },
});
