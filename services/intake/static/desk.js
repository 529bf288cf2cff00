// The desk form's page: keeps a copy of itself for when the server is away, shows what is kept on
// this device, sends it, and lets what the server refused be put right or thrown away.
import { REFUSED, SENT, WAITING, drop, entriesOf, onChange, open } from "../device.js";
import { isEmpty, put, renewKey } from "./filling.js";
import { isThere, send } from "./sending.js";
import { keptPage, refresh } from "./shelf.js";

const AGAIN = 15_000;

const sheet = document.getElementById("antrean");
const { account, zone, shell, worker, scope } = sheet.dataset;
const form = document.querySelector("form[data-desk]");
const dialog = document.getElementById("tanya");
const times = new Intl.DateTimeFormat(document.documentElement.lang, {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: zone,
});

// The copy that opens when the server is away, and not the page that comes from there.
const isCopy = form.hasAttribute("data-kept");

let outcome = isCopy ? "away" : "";

// Who writes slip after slip keeps the hands on the keys.
addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !dialog.open) form.requestSubmit();
});

// --- What is shown -----------------------------------------------------------------------------

function piece(name) {
  return document.getElementById(`antrean-${name}`).content.firstElementChild.cloneNode(true);
}

function fill(node, name, text) {
  node.querySelector(`[data-${name}]`).textContent = text;
}

async function described(entry) {
  const fields = new Map(await open(entry).catch(() => []));
  const unit = form.querySelector(`option[value="${CSS.escape(fields.get("service_unit") || "-")}"]`);
  const channel = form.querySelector(
    `[name=channel][value="${CSS.escape(fields.get("channel") ?? "-")}"] + span`,
  );
  return [channel?.textContent, unit?.textContent].filter(Boolean).join(" · ");
}

async function line(entry) {
  const node = piece(entry.state);
  fill(node, "at", times.format(new Date(entry.at)));
  if (entry.state === SENT) {
    const slip = node.querySelector("a");
    const at = form.querySelector("[name=puskesmas]").value;
    slip.href = `/catat/${entry.id}/slip?puskesmas=${encodeURIComponent(at)}`;
    slip.textContent = entry.number;
    return node;
  }
  fill(node, "what", await described(entry));
  if (entry.state === REFUSED) say(node, entry.refusal);
  for (const [name, act] of [["correct", correct], ["discard", discard]]) {
    const button = node.querySelector(`[data-do=${name}]`);
    if (!button) continue;
    button.hidden = name === "correct" && (entry.refusal?.lost || (entry.state !== REFUSED && entry.tried));
    button.addEventListener("click", () => act(entry));
  }
  return node;
}

function say(node, refusal) {
  if (refusal.detail) fill(node, "detail", refusal.detail);
  node.querySelector("[data-lost]").hidden = !refusal.lost;
  const list = node.querySelector("ul");
  for (const { label, message } of refusal.errors) {
    const item = document.createElement("li");
    item.textContent = label ? `${label}: ${message}` : message;
    list.append(item);
  }
}

let drawn = 0;

async function draw() {
  const turn = ++drawn;
  const all = await entriesOf();
  const own = all.filter((each) => each.account === account);
  const others = all.filter((each) => each.account !== account && each.state !== SENT).length;
  const left = own.filter((each) => each.state !== SENT);
  const nodes = await Promise.all(own.map(line));
  // Drawn again meanwhile: the later one knows more.
  if (turn !== drawn) return;
  sheet.querySelector("ol").replaceChildren(...nodes);
  fill(sheet, "count", left.length);
  fill(sheet, "others", others);
  show("waiting", left.length > 0);
  show("sendable", left.some((each) => each.state === WAITING));
  show("foreign", others > 0);
  show("done", own.length > left.length);
  show("signed-out", outcome === "signed-out");
  show("other-account", outcome === "other-account");
  show("away", outcome === "away" && left.length > 0);
  sheet.hidden = !own.length && !others;
  for (const node of document.querySelectorAll("[data-luring]")) {
    node.hidden = (node.dataset.luring === "away") !== (outcome === "away");
  }
}

function show(name, yes) {
  for (const node of sheet.querySelectorAll(`[data-when="${name}"]`)) node.hidden = !yes;
}

// --- What can be done --------------------------------------------------------------------------

let again;

async function sendNow() {
  clearTimeout(again);
  const found = await send(account);
  if (found !== "busy") outcome = found;
  // With nothing to send, nobody was asked.
  if (isCopy && found === "done") outcome = (await isThere()) ? "done" : "away";
  await draw();
  if (outcome === "away") again = setTimeout(sendNow, AGAIN);
}

function ask(question) {
  for (const node of dialog.querySelectorAll("[data-ask]")) node.hidden = node.dataset.ask !== question;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

async function discard(entry) {
  if (await ask(entry.tried && entry.state !== REFUSED ? "discard-tried" : "discard")) {
    await drop(entry.seq);
    await draw();
  }
}

async function correct(entry) {
  if (!isEmpty(form) && !(await ask("replace"))) return;
  const fields = await open(entry);
  const errors = entry.refusal?.errors ?? [];
  put(form, fields, errors, piece("error"));
  markCorrection();
}

function markCorrection() {
  if (form.elements.namedItem("corrects")) return;
  const mark = document.createElement("input");
  Object.assign(mark, { type: "hidden", name: "corrects", value: "1" });
  form.append(mark);
}

async function clearDone() {
  for (const entry of await entriesOf(account)) if (entry.state === SENT) await drop(entry.seq);
  await draw();
}

// --- From here on ------------------------------------------------------------------------------

async function stayReady() {
  await navigator.serviceWorker.register(worker, { scope, type: "module", updateViaCache: "none" });
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) {
    await new Promise((resolve) => {
      navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true });
    });
  }
  // Away, or signed out: the copy that is there stays.
  await refresh(shell).catch(() => null);
  if (await keptPage()) document.getElementById("siap-luring")?.removeAttribute("hidden");
  // Some browsers ask the person first; nothing waits for that.
  navigator.storage?.persist?.();
}

async function begin() {
  if (isCopy) {
    const asked = new URLSearchParams(location.search).get("puskesmas");
    const here = form.elements.namedItem("puskesmas").value;
    document.querySelector("[data-luring=other]").hidden = !asked || asked === here;
    renewKey(form);
    form.querySelector("[name=channel]").focus();
  } else {
    const key = form.elements.namedItem("key").value;
    if ((await entriesOf(account)).some((each) => each.key === key && each.state === REFUSED)) markCorrection();
  }
  onChange(draw);
  addEventListener("online", sendNow);
  addEventListener("pageshow", (event) => event.persisted && renewKey(form));
  sheet.querySelector("[data-do=send]").addEventListener("click", sendNow);
  sheet.querySelector("[data-do=clear]").addEventListener("click", clearDone);
  await draw();
  await sendNow();
}

if (isSecureContext && "serviceWorker" in navigator && navigator.locks) {
  stayReady().catch(() => {
    document.getElementById("tanpa-luring")?.removeAttribute("hidden");
  });
  begin();
} else {
  document.getElementById("tanpa-luring")?.removeAttribute("hidden");
}
