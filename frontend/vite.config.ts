import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { antdUnderCsp } from "./scripts/antd-under-csp.ts";
import { precompress } from "./scripts/precompress.ts";

export default defineConfig({
  plugins: [react(), antdUnderCsp(), precompress()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  server: { port: 5173, proxy: { "/api": "http://127.0.0.1:8000" } },
  preview: { proxy: { "/api": "http://127.0.0.1:8000" } },
  build: {
    outDir: "../backend/kemai/static/app",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: "es2022",
    manifest: true,
  },
});
