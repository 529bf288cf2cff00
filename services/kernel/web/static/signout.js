// Signing out destroys what this browser keeps for the account; what was not sent yet is asked for.
import { forget, unsent } from "./device.js";
import { flush, letGo } from "./drafts.js";

const form = document.querySelector("form[data-signs-out]");
const dialog = document.getElementById("keluar-belum-terkirim");

async function leave() {
  try {
    letGo();
    await forget(form.dataset.signsOut);
  } finally {
    form.submit();
  }
}

async function asked(event) {
  event.preventDefault();
  await flush().catch(() => null);
  const count = await unsent(form.dataset.signsOut).catch(() => 0);
  if (!count) return leave();
  dialog.querySelector("[data-count]").textContent = count;
  dialog.returnValue = "";
  dialog.showModal();
}

// Without a secure context nothing can be kept here, so there is nothing to ask.
if (form && isSecureContext) {
  form.addEventListener("submit", asked);
  dialog.addEventListener("close", () => dialog.returnValue === "leave" && leave());
}
