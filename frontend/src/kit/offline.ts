/** What this device keeps for when there is no network; the service worker does the keeping. */

const DATA = "km-data";
const possible = () => "caches" in window && "serviceWorker" in navigator;

/** After the first screen, and only in a built application: the files are fetched once more to be kept. */
export function startServiceWorker(): void {
  if (!import.meta.env.PROD || !possible()) return;
  window.addEventListener("load", () => window.setTimeout(register, 3000));
}

function register(): void {
  navigator.serviceWorker.register("/sw.js").catch(() => undefined);
}

export async function keepsRecords(): Promise<boolean | null> {
  return possible() ? caches.has(DATA) : null;
}

/** Keep the records one looks at on this device, or forget all of them now. */
export async function keepRecords(kept: boolean): Promise<void> {
  if (!possible()) return;
  if (kept) await caches.open(DATA);
  else await caches.delete(DATA);
}
