// What is being written on a page: a draft of it stays on this device, sealed like everything that
// `device.js` keeps, until it is sent, thrown away, or the account signs out. Who leaves a page with
// something unsent is asked first.
import { draftOf, dropDraft, keepDraft } from "./device.js";

const SENT = "tanggap-dikirim";
const PAUSE = 400;
const NEVER = new Set(["hidden", "password", "file", "submit", "button"]);

const account = document.querySelector("form[data-signs-out]").dataset.signsOut;
// Without a secure context nothing can be kept here; then it is all the more asked for.
const keeps = isSecureContext;
const refused = document.querySelector(".summary, [data-failed]") !== null;
const forms = [...document.querySelectorAll("main form[method=post]")].filter(isKept);
const dirty = new Set();
const timers = new Map();

// A long text, or whatever is typed into a command's form, which has a key; never a password.
function isKept(form) {
  const written = form.querySelector("textarea, input[type=hidden][name=key]");
  return written && fieldsOf(form).some(isTyped) && !form.querySelector("[type=password]");
}

function pathOf(form) {
  return new URL(form.getAttribute("action"), location.href).pathname;
}

// A form is known by where it goes; the desk's is another one for each Puskesmas.
function place(form) {
  const puskesmas = form.querySelector("input[type=hidden][name=puskesmas]")?.value;
  return puskesmas ? `${pathOf(form)}?${puskesmas}` : pathOf(form);
}

function version(form) {
  return form.querySelector("input[type=hidden][name=version]")?.value ?? null;
}

function fieldsOf(form) {
  return [...form.elements].filter((each) => each.name && !NEVER.has(each.type));
}

function isChoice(field) {
  return field.type === "checkbox" || field.type === "radio";
}

function isNew(field) {
  if (isChoice(field)) return field.checked !== field.defaultChecked;
  if (field.type !== "select-one") return field.value !== field.defaultValue;
  const first = [...field.options].find((each) => each.defaultSelected) ?? field.options[0];
  return field.value !== first?.value;
}

function isTyped(field) {
  return !isChoice(field) && field.type !== "select-one";
}

async function save(form) {
  clearTimeout(timers.get(form));
  timers.delete(form);
  const fields = fieldsOf(form);
  if (!fields.some(isNew) && !isRefused(form)) return keeps && dropDraft(account, place(form));
  const typed = fields.filter((each) => !isChoice(each) || each.checked);
  const pairs = typed.map((each) => [each.name, each.value]);
  return keeps && keepDraft(account, place(form), version(form), pairs);
}

// Keep at once what waits to be kept.
export function flush() {
  return Promise.all([...timers.keys()].map(save));
}

// Nothing on this page is to be asked for any more.
export function letGo() {
  dirty.clear();
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
}

function put(form, pairs) {
  const chosen = new Set(pairs.map((pair) => JSON.stringify(pair)));
  for (const field of fieldsOf(form)) {
    if (isChoice(field)) field.checked = chosen.has(JSON.stringify([field.name, field.value]));
    else field.value = pairs.find(([name]) => name === field.name)?.[1] ?? field.value;
  }
  form.closest("details")?.setAttribute("open", "");
}

function tell(form, draft) {
  const told = document.getElementById("rancangan").content.firstElementChild.cloneNode(true);
  told.querySelector("[data-older]").hidden = draft.version === version(form);
  told.querySelector("button").addEventListener("click", async () => {
    await dropDraft(account, place(form));
    form.reset();
    dirty.delete(form);
    told.remove();
    fieldsOf(form).find(isTyped).focus();
  });
  form.prepend(told);
}

async function restore(form) {
  const draft = await draftOf(account, place(form));
  if (!draft) return;
  put(form, draft.fields);
  tell(form, draft);
}

// The page answers to this form: what stands in it came back from the server.
function isRefused(form) {
  return refused && pathOf(form) === location.pathname;
}

function watch(form) {
  form.addEventListener("input", () => {
    // A choice is made again in a moment; words are not.
    if (fieldsOf(form).some((each) => isTyped(each) && isNew(each))) dirty.add(form);
    else dirty.delete(form);
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(save, PAUSE, form));
  });
  form.addEventListener("submit", () => {
    if (keeps) {
      flush();
      sessionStorage.setItem(SENT, place(form));
      dirty.clear();
    } else dirty.delete(form);
  });
}

async function begin() {
  const sent = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  const [visit] = performance.getEntriesByType("navigation");
  // Come back to, or loaded anew: then nobody knows whether it arrived.
  if (sent && !refused && visit?.type === "navigate") await dropDraft(account, sent);
  for (const form of forms) {
    if (!isRefused(form)) await restore(form);
    else await save(form);
  }
}

forms.forEach(watch);
addEventListener("beforeunload", (event) => dirty.size && event.preventDefault());
addEventListener("pagehide", flush);
if (keeps) begin();
