// The patient's page without a connection: page and assets from the cache, data never. Entries wait in the page itself.
const CACHE = "reprieve-phone-1";

self.addEventListener("install", (event) => {
  event.waitUntil(self.skipWaiting());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

async function fromNetwork(request, key) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(key, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(key);
    if (kept) return kept;
    throw error;
  }
}

const PAGE = "/phone";

// The page is kept only together with the scripts it names: a new page whose scripts never came would open empty.
async function keepPage(answer) {
  const cache = await caches.open(CACHE);
  const text = await answer.clone().text();
  const before = await cache.match(PAGE);
  if (before && (await before.text()) === text) return;
  const named = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((found) => found[1]);
  for (const path of named) {
    if (await cache.match(path)) continue;
    const part = await fetch(path);
    if (!part.ok) return;
    await cache.put(path, part);
  }
  await cache.put(PAGE, answer);
  // What older pages named is not asked for again; what this page fetches later is kept when it does.
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    if (before && pathname.startsWith("/assets/") && !named.includes(pathname)) await cache.delete(request);
  }
}

async function page(event) {
  try {
    const answer = await fetch(event.request);
    if (answer.ok) event.waitUntil(keepPage(answer.clone()).catch(() => undefined));
    return answer;
  } catch (error) {
    const kept = await caches.match(PAGE);
    if (kept) return kept;
    throw error;
  }
}

async function fromCache(request) {
  const kept = await caches.match(request);
  return kept ?? fromNetwork(request, request);
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (
    event.request.method !== "GET" ||
    url.origin !== self.location.origin ||
    url.pathname.startsWith("/api/")
  )
    return;
  if (event.request.mode === "navigate") event.respondWith(page(event));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(fromCache(event.request));
  else event.respondWith(fromNetwork(event.request, event.request));
});

// A reminder: one sentence that names nobody, sealed by the clinic's server for this browser alone.
self.addEventListener("push", (event) => {
  let text = "";
  try {
    text = String(event.data.json().text ?? "");
  } catch {
    // Nothing readable: the browser still asks for a notification.
  }
  event.waitUntil(
    self.registration.showNotification(text || "Reprieve", { tag: "diary", icon: "/icon.svg" }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then((windows) => {
      const open = windows.find((one) => new URL(one.url).pathname.startsWith("/phone"));
      return open ? open.focus() : self.clients.openWindow("/phone");
    }),
  );
});
