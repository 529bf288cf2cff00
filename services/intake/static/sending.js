// Sends what the desk kept, in the order in which it was written, each under its own key: the
// server knows a repeat by it. One tab, or the worker, sends at a time.
import { REFUSED, SENT, WAITING, change, entriesOf, keep, open } from "../device.js";

const ADDRESS = "/catat/luring";
const TURN = "tanggap-kirim";
const ALIVE = "/health/live";
const PATIENCE = 30_000;
const QUICK = 5_000;

// A server that cannot just now, and what a proxy says for one that is away.
const LATER = new Set([408, 425, 429, 502, 503, 504]);

// Say whether an answer means: nothing is known, ask again later.
export function comesLater(status) {
  return LATER.has(status);
}

// Say whether the server answers at all. What was not sent to one that is away may still be changed.
export async function isThere() {
  try {
    const response = await fetch(ALIVE, { cache: "no-store", signal: AbortSignal.timeout(QUICK) });
    return !comesLater(response.status);
  } catch {
    return false;
  }
}

async function answerTo(entry, fields) {
  const body = new URLSearchParams([...fields, ["entered_at", entry.at]]);
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    // By its Puskesmas a district's proxy finds the endpoint that the desk's own form goes to.
    const address = `${ADDRESS}?puskesmas=${encodeURIComponent(body.get("puskesmas"))}`;
    const response = await fetch(address, { method: "POST", body, signal });
    const answer = await response.json().catch(() => ({}));
    return { status: response.status, answer };
  } catch {
    return { status: 0, answer: {} };
  }
}

// Send one entry; return "next", or why those after it must wait.
async function sendOne(entry) {
  const fields = await open(entry).catch(() => null);
  if (!fields) {
    await change(entry.seq, { state: REFUSED, refusal: { lost: true, errors: [] } });
    return "next";
  }
  await change(entry.seq, { tried: true });
  const { status, answer } = await answerTo(entry, fields);
  if (status === 201 && answer.id) {
    const { id, number } = answer;
    await change(entry.seq, { state: SENT, id, number, iv: null, sealed: null, refusal: null });
    return "next";
  }
  if (status === 401 || answer.code === "other_account") {
    // This time it surely was not taken.
    await change(entry.seq, { tried: entry.tried });
    return status === 401 ? "signed-out" : "other-account";
  }
  if (status < 400 || comesLater(status)) return "away";
  const refusal = { status, detail: answer.detail, code: answer.code, errors: answer.errors ?? [] };
  // The server has something else under this key: what is sent again is an entry of its own.
  if (refusal.code === "idempotency_key_reused") await rename(entry, fields);
  await change(entry.seq, { state: REFUSED, refusal });
  return "next";
}

async function rename(entry, fields) {
  const key = crypto.randomUUID();
  const own = fields.filter(([name]) => name !== "key");
  const { account, puskesmas, at } = entry;
  await keep(account, key, { puskesmas, at, tried: false }, [...own, ["key", key]], entry);
}

async function sendAll(account) {
  const strangers = new Set();
  for (;;) {
    const waiting = (await entriesOf(account)).filter((each) => each.state === WAITING);
    const first = waiting.find((each) => !strangers.has(each.account));
    if (!first) return strangers.size ? "other-account" : "done";
    if (!first.tried && !(await isThere())) return "away";
    const outcome = await sendOne(first);
    if (outcome === "other-account") strangers.add(first.account);
    else if (outcome !== "next") return outcome;
  }
}

// Send all that waits, of one account or of everybody. Return "done", or what it waits for: "away"
// (the server), "signed-out", "other-account", "busy" (another tab is sending).
export function send(account = null) {
  return navigator.locks.request(TURN, { ifAvailable: true }, (lock) =>
    lock ? sendAll(account) : "busy",
  );
}

// The same, after whoever is sending now; not for ever.
export function sendNext() {
  const signal = AbortSignal.timeout(PATIENCE);
  return navigator.locks.request(TURN, { signal }, () => sendAll(null)).catch(() => "busy");
}
