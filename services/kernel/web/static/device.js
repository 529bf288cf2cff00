// What this browser keeps for an account until it signs out: a key, and entries sealed with it.
//
// The key is made here and cannot be taken out of the browser. In clear stand only whose an entry
// is, for which Puskesmas, when it was made, how far it is, and what the server refused of it; of a
// draft, whose it is, to which form it belongs, and the version that the form was made from.

const NAME = "tanggap";
const VERSION = 2;
const CHANGED = "tanggap";
const CACHES = "tanggap-";
const DURABLE = { durability: "strict" };

export const WAITING = "waiting";
export const REFUSED = "refused";
export const SENT = "sent";

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

let opening = null;

function database() {
  opening ??= (async () => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion < 1) {
        request.result.createObjectStore("keys", { keyPath: "account" });
        const entries = request.result.createObjectStore("entries", {
          keyPath: "seq",
          autoIncrement: true,
        });
        entries.createIndex("account", "account");
        entries.createIndex("key", ["account", "key"], { unique: true });
      }
      request.result.createObjectStore("drafts", { keyPath: ["account", "key"] });
    };
    const opened = await settled(request);
    // Another tab brings a newer version: let it, and open again when next asked.
    opened.onversionchange = () => {
      opened.close();
      opening = null;
    };
    return opened;
  })();
  opening.catch(() => {
    opening = null;
  });
  return opening;
}

// Run `work` on one store; the promise ends when the transaction is on the disk.
async function within(stores, mode, work) {
  const transaction = (await database()).transaction(stores, mode, DURABLE);
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
  const result = await work(...[stores].flat().map((name) => transaction.objectStore(name)));
  await done;
  return result;
}

function told() {
  const channel = new BroadcastChannel(CHANGED);
  channel.postMessage("changed");
  channel.close();
}

// Call `heard` whenever another tab, or the worker, has changed what is kept.
export function onChange(heard) {
  new BroadcastChannel(CHANGED).onmessage = () => heard();
}

async function keyOf(account) {
  const known = await within("keys", "readonly", (keys) => settled(keys.get(account)));
  if (known) return known.key;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  // Two tabs may come here at once: the first one's key is everybody's.
  return within("keys", "readwrite", async (keys) => {
    const first = await settled(keys.get(account));
    if (first) return first.key;
    await settled(keys.put({ account, key: made }));
    return made;
  });
}

// The account and the entry's own key are part of what is proven: no entry passes for another's.
function place(entry) {
  return new TextEncoder().encode(`${entry.account}/${entry.key}`);
}

async function seal(entry, fields) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const words = new TextEncoder().encode(JSON.stringify(fields));
  const how = { name: "AES-GCM", iv, additionalData: place(entry) };
  return { iv, sealed: await crypto.subtle.encrypt(how, await keyOf(entry.account), words) };
}

// Return the fields of an entry as [name, value] pairs; throws when its key is gone.
export async function open(entry) {
  const how = { name: "AES-GCM", iv: entry.iv, additionalData: place(entry) };
  const words = await crypto.subtle.decrypt(how, await keyOf(entry.account), entry.sealed);
  return JSON.parse(new TextDecoder().decode(words));
}

// Keep fields for later under `key`; `facts` are `puskesmas`, `at` (when they were filled in) and
// `tried` (whether the server may have them already); `replaced` is the entry whose turn they take.
export async function keep(account, key, facts, fields, replaced = null) {
  const entry = { account, key, ...facts, state: WAITING, refusal: null };
  const whole = { ...entry, ...(await seal(entry, fields)) };
  if (replaced) whole.seq = replaced.seq;
  await within("entries", "readwrite", (entries) => settled(entries.put(whole)));
  told();
}

// Return an account's entries, or everybody's, in the order in which they were made.
export function entriesOf(account = null) {
  return within("entries", "readonly", (entries) =>
    settled(account ? entries.index("account").getAll(account) : entries.getAll()),
  );
}

// Write what is new about an entry; one that is gone stays gone.
export async function change(seq, news) {
  await within("entries", "readwrite", async (entries) => {
    const entry = await settled(entries.get(seq));
    if (entry) await settled(entries.put({ ...entry, ...news }));
  });
  told();
}

export async function drop(seq) {
  await within("entries", "readwrite", (entries) => settled(entries.delete(seq)));
  told();
}

// Keep what stands in a form that is being written, in the place of an older draft of it; `key` says
// which form, `version` what it was made from.
export async function keepDraft(account, key, version, fields) {
  const whole = { account, key, version, ...(await seal({ account, key }, fields)) };
  await within("drafts", "readwrite", (drafts) => settled(drafts.put(whole)));
}

// Return a form's draft with its fields as [name, value] pairs, or null; one whose key is gone is none.
export async function draftOf(account, key) {
  const found = await within("drafts", "readonly", (drafts) => settled(drafts.get([account, key])));
  if (!found) return null;
  const fields = await open(found).catch(() => null);
  return fields && { version: found.version, fields };
}

export async function dropDraft(account, key) {
  await within("drafts", "readwrite", (drafts) => settled(drafts.delete([account, key])));
}

function draftsOf(account) {
  return IDBKeyRange.bound([account], [account, []]);
}

// How many entries and drafts of an account the server does not have yet.
export async function unsent(account) {
  const drafts = await within("drafts", "readonly", (all) => settled(all.count(draftsOf(account))));
  return drafts + (await entriesOf(account)).filter((each) => each.state !== SENT).length;
}

// Destroy an account's key, entries and drafts, and the pages kept for it.
export async function forget(account) {
  await within(["keys", "entries", "drafts"], "readwrite", async (keys, entries, drafts) => {
    keys.delete(account);
    drafts.delete(draftsOf(account));
    for (const seq of await settled(entries.index("account").getAllKeys(account))) {
      entries.delete(seq);
    }
  });
  for (const name of await caches.keys()) {
    if (name.startsWith(CACHES)) await caches.delete(name);
  }
  told();
}
