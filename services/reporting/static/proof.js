// Proves in the browser that the entry of a receipt lies under a signed checkpoint: hashes what was
// recorded, follows the path to the root (RFC 9162), looks for that root in the checkpoint, and holds
// the entry to the receipt that was asked for: a neighbour's proof is right as well.
const place = document.querySelector("[data-proof]");
const encoder = new TextEncoder();
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer()));
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
}

function base64(found) {
  return btoa(String.fromCharCode(...found));
}

function leaf({ attributes, value }) {
  const lines = attributes.map(([name, text]) => `${name}:${encoder.encode(text).length}:${text}\n`);
  const size = encoder.encode(value).length;
  return sha256(Uint8Array.of(0), `${lines.join("")}value:${size}:${value}`);
}

async function root(proof) {
  let [at, last, found] = [proof.index, proof.size - 1, await leaf(proof)];
  for (const each of proof.path) {
    const beside = bytes(each);
    if (at % 2 || at === last) {
      found = await sha256(Uint8Array.of(1), beside, found);
      while (at && at % 2 === 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      found = await sha256(Uint8Array.of(1), found, beside);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? base64(found) : "";
}

async function code(body) {
  const first = new DataView((await sha256(body)).buffer).getBigUint64(0) >> 4n;
  const symbols = Array.from({ length: 12 }, (_, at) => ALPHABET[Number((first >> BigInt(55 - 5 * at)) & 31n)]);
  return symbols.join("").replace(/(.{4})(?=.)/g, "$1-");
}

async function holds(proof) {
  const body = `${proof.checkpoint.split("\n\n")[0]}\n`;
  const source = Object.fromEntries(proof.attributes).ce_source;
  const top = `${source} ${proof.size} ${await root(proof)}`;
  return body.split("\n").includes(top) && (await code(body)) === proof.code;
}

// Which receipts were asked for in this tab (receipt.js). This page answers the last one; who goes back
// to it, or has it sent again, may have asked for others since.
function asked() {
  try {
    const found = JSON.parse(sessionStorage.getItem("tanggap-tanda-terima") ?? "[]");
    const [{ type }] = performance.getEntriesByType("navigation");
    return type === "navigate" ? found.slice(-1) : found;
  } catch {
    return []; // a browser that keeps nothing
  }
}

async function outcome(proof) {
  if (!(await holds(proof))) return "wrong";
  const wanted = asked();
  if (wanted.length === 0) return "unasked";
  return wanted.includes(JSON.parse(proof.value).receipt_hash) ? "right" : "another";
}

// Only where the page came over https, or from this very computer, does a browser hash.
if (place && globalThis.crypto?.subtle) {
  const said = place.querySelector("[data-checked]");
  const found = await outcome(JSON.parse(place.dataset.proof)).catch(() => "wrong");
  said.textContent = said.dataset[found];
  said.dataset.checked = found;
}
