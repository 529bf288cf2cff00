// The desk's service worker: opens the kept form when the server does not answer, and keeps what
// is saved then. Any other page comes from the server, or is the one that says that it is away.
import { REFUSED, SENT, WAITING, drop, entriesOf, keep, open } from "../device.js";
import { comesLater, isThere, send, sendNext } from "./sending.js";
import { isFile, keptAway, keptFile, keptPage } from "./shelf.js";

const DESK = "/catat";
const LATER = "tanggap-kirim";
const TURN = "tanggap-simpan";
const PATIENCE = 20_000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (isFile(url) && request.method === "GET") event.respondWith(file(request));
  else if (request.mode !== "navigate") return;
  else if (url.pathname !== DESK && request.method === "GET") event.respondWith(other(request));
  else if (url.pathname !== DESK) return;
  else if (request.method === "GET") event.respondWith(show(request));
  else if (request.method === "POST") event.respondWith(save(request));
});

self.addEventListener("sync", (event) => {
  if (event.tag === LATER) event.waitUntil(sendLater());
});

// Whoever asked for this asks again later when it fails.
async function sendLater() {
  if ((await send()) === "away") throw new Error("the server is away");
}

async function file(request) {
  return (await keptFile(request)) ?? fetch(request);
}

// Ask the server; null when it does not answer in time, or only a proxy before it does.
async function asked(request) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE, null);
  });
  const response = await Promise.race([fetch(request).catch(() => null), late]);
  clearTimeout(timer);
  return response && !comesLater(response.status) ? response : null;
}

async function show(request) {
  return (await asked(request)) ?? (await keptPage()) ?? Response.error();
}

async function other(request) {
  return fetch(request).catch(async () => (await keptAway()) ?? Response.error());
}

async function save(request) {
  const copy = request.clone();
  const tried = await isThere();
  // What was written before has its number before.
  if (tried) await sendNext();
  const response = tried ? await asked(request) : null;
  const form = await copy.formData();
  const [account, key] = [form.get("account"), form.get("key")];
  const files = [...form.values()].some((each) => each instanceof File && each.size);
  if (response?.type === "opaqueredirect") {
    // Stored: if it was kept here to be corrected, it is no more.
    const kept = await found(account, key);
    if (kept) await drop(kept.seq);
  }
  const taken = response && response.status !== 401 && response.status < 500;
  if (!account || files || taken) return response ?? Response.error();
  const here = `${DESK}?puskesmas=${encodeURIComponent(form.get("puskesmas"))}`;
  await navigator.locks.request(TURN, () => keepForm(account, form, tried));
  await self.registration.sync?.register(LATER).catch(() => null);
  const next = response?.status === 401 ? `/masuk?on_device=1&next=${encodeURIComponent(here)}` : here;
  return Response.redirect(next, 303);
}

async function found(account, key) {
  return (await entriesOf(account)).find((each) => each.key === key);
}

// Keep a form that was to be saved. A second press adds nothing; a correction takes the place of
// what it corrects; anything else that comes under a known key is an entry of its own.
async function keepForm(account, form, tried) {
  const fields = [...form].filter(([, value]) => typeof value === "string");
  const facts = { puskesmas: form.get("puskesmas"), at: new Date().toISOString(), tried };
  const before = await found(account, form.get("key"));
  if (before?.state === WAITING || before?.state === REFUSED) {
    const same = JSON.stringify(await open(before).catch(() => null)) === JSON.stringify(fields);
    if (same && before.state === WAITING) return;
    if (same || (form.has("corrects") && !(before.state === WAITING && before.tried))) {
      await keep(account, before.key, { ...facts, at: before.at }, fields, before);
      return;
    }
  }
  if (before?.state === SENT) {
    // The server says whether it is the same one.
    await keep(account, before.key, facts, fields, before);
    return;
  }
  const key = before || !form.get("key") ? crypto.randomUUID() : form.get("key");
  const own = fields.filter(([name]) => name !== "key");
  await keep(account, key, facts, [...own, ["key", key]]);
}
