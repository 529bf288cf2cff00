// A link may carry the code after `#`, which no browser sends and no server logs: it goes by form.
// The page's own anchors, such as the way to its content, are no codes.
const form = document.getElementById("tanda-terima");
const ASKED = "tanggap-tanda-terima";
const MOST = 20;
const encoder = new TextEncoder();

function ask() {
  const code = decodeURIComponent(location.hash.slice(1));
  if (!code || document.getElementById(code)) return;
  history.replaceState(null, "", location.pathname + location.search);
  form.elements.namedItem("receipt").value = code;
  form.requestSubmit();
}

// As it is recorded, however the code was typed.
async function hashed(code) {
  const plain = code.toUpperCase().replace(/[^0-9A-Z]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  const found = await crypto.subtle.digest("SHA-256", encoder.encode(`tanggap-receipt:${plain}`));
  return Array.from(new Uint8Array(found), (each) => each.toString(16).padStart(2, "0")).join("");
}

// Of what is asked for in this tab the browser keeps the hashes, the last one last: what is answered,
// proof.js holds to them.
async function remember(event) {
  event.preventDefault();
  try {
    const found = await hashed(form.elements.namedItem("receipt").value);
    const before = JSON.parse(sessionStorage.getItem(ASKED) ?? "[]").filter((each) => each !== found);
    sessionStorage.setItem(ASKED, JSON.stringify([...before, found].slice(-MOST)));
  } finally {
    form.submit();
  }
}

// Only where the page came over https, or from this very computer, does a browser hash.
if (globalThis.crypto?.subtle) form.addEventListener("submit", remember);
// Also where another slip is read while a receipt is open in this very tab.
addEventListener("hashchange", ask);
ask();
