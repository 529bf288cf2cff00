// The one copy of the desk form that this browser keeps, whole: the page and the files it names, and
// beside it the page that stands for any other one while the server is away.

const PREFIX = "tanggap-catat-";
const AWAY = "/catat/luring/jauh";
const TURN = "tanggap-simpan-halaman";

// Return the cache that was filled last; one that was not filled to its end has no page.
async function latest() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  for (const name of names.sort().reverse()) {
    const cache = await caches.open(name);
    const page = (await cache.keys()).find((each) => isForm(new URL(each.url)));
    if (page) return { name, cache, page };
  }
  return null;
}

function isForm(url) {
  return !isFile(url) && url.pathname !== AWAY;
}

// Say whether an address is that of a style, script or picture, and not of a page.
export function isFile(url) {
  return url.pathname.startsWith("/static/");
}

// Return the kept form, or undefined.
export async function keptPage() {
  const shelf = await latest();
  return shelf?.cache.match(shelf.page);
}

// Return the page that says that the server is away, or undefined.
export async function keptAway() {
  const shelf = await latest();
  return shelf?.cache.match(AWAY);
}

// Return a kept file of the form, or undefined.
export function keptFile(request) {
  return caches.match(request, { ignoreVary: true });
}

function filesOf(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const named = page.querySelectorAll("link[rel=stylesheet], link[rel=icon], link[rel=modulepreload], script[src]");
  return new Set([...named].map((each) => each.getAttribute("href") ?? each.getAttribute("src")));
}

// Fetch the form anew and put it in the place of the old copy, all of it or nothing.
export function refresh(address) {
  return navigator.locks.request(TURN, async () => {
    const response = await fetch(address, { cache: "no-store" });
    if (!response.ok || response.redirected) return;
    const text = await response.clone().text();
    const old = await latest();
    if (old && new URL(old.page.url).href === new URL(address, location.href).href) {
      if ((await (await old.cache.match(old.page)).text()) === text) return;
    }
    const name = PREFIX + String(Date.now()).padStart(15, "0");
    const cache = await caches.open(name);
    await cache.addAll([...filesOf(text), AWAY]);
    await cache.put(address, response);
    for (const other of await caches.keys()) {
      if (other.startsWith(PREFIX) && other !== name) await caches.delete(other);
    }
  });
}
