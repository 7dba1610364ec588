/* Keeps the application's own files on the device, so that it opens without a network. Records are kept only where the person asked
   for it on this device ("km-data" is then there): the last answers, shown when the server cannot be reached, gone at sign-out. */
const APP = `km-app-${VERSION}`;
const DATA = "km-data";
const MOST = 300;
/** What is never kept: secrets, files, and what would be stale nonsense. */
const NEVER =
  /^\/api\/v1\/(auth|admin|files|exports|imports|stream|jobs|notifications|openapi|operations|me\/tokens)/;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(APP)
      .then((cache) => cache.addAll(["/", ...FILES]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((n) => n.startsWith("km-app-") && n !== APP).map((n) => caches.delete(n))),
      )
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match("/")));
  } else if (url.pathname.startsWith("/assets/")) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  } else if (url.pathname.startsWith("/api/v1/") && !NEVER.test(url.pathname)) {
    event.respondWith(answer(event, request));
  }
});

async function answer(event, request) {
  const keeping = await caches.has(DATA);
  try {
    const response = await fetch(request);
    if (keeping && response.status === 200) event.waitUntil(keep(request, response.clone()));
    if (keeping && response.status === 401) event.waitUntil(caches.delete(DATA));
    return response;
  } catch (error) {
    const kept = keeping ? await caches.match(request, { cacheName: DATA, ignoreVary: true }) : undefined;
    if (kept) return kept;
    throw error;
  }
}

async function keep(request, response) {
  // Signed out meanwhile: nothing may come back.
  if (!(await caches.has(DATA))) return;
  const cache = await caches.open(DATA);
  await cache.delete(request, { ignoreVary: true });
  await cache.put(request, response);
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST)).map((old) => cache.delete(old)));
}
