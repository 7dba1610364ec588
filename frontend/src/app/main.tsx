import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "@/api/query-client";
import { startI18n } from "@/i18n/index";
import { startServiceWorker } from "@/kit/offline";
import { ToastHost } from "@/kit/undo-bar";
import { ThemeProvider } from "@/theme/theme-provider";

import { router } from "./router";
import "./slots";

/** After an update the files an open page would load next are gone: one reload fetches the new ones. */
function reloadWhenOutdated(): void {
  const key = "km-reloaded";
  window.addEventListener("vite:preloadError", () => {
    if (Date.now() - Number(sessionStorage.getItem(key) ?? 0) < 60_000) return;
    sessionStorage.setItem(key, String(Date.now()));
    window.location.reload();
  });
}

async function start(): Promise<void> {
  reloadWhenOutdated();
  startServiceWorker();
  await startI18n();
  const root = document.getElementById("root");
  if (!root) return;
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <Suspense fallback={null}>
          <ThemeProvider>
            <RouterProvider router={router} />
            <ToastHost />
          </ThemeProvider>
        </Suspense>
      </QueryClientProvider>
    </StrictMode>,
  );
}

void start();
