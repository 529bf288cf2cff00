// Proves in the browser that the entry of a receipt lies under a signed checkpoint: hashes what was
// recorded, follows the path to the root (RFC 9162), and looks for that root in the checkpoint.
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

// Only where the page came over https, or from this very computer, does a browser hash.
if (place && globalThis.crypto?.subtle) {
  const said = place.querySelector("[data-checked]");
  const right = await holds(JSON.parse(place.dataset.proof)).catch(() => false);
  said.textContent = right ? said.dataset.right : said.dataset.wrong;
  said.dataset.checked = right ? "yes" : "no";
}
