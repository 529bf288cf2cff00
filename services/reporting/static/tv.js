// Turns the board on a screen that nobody touches, for months. It never leaves the page: what is new
// is fetched and put in its place, after an upgrade the whole of it with its own script and style. So
// a server or network that is away for a while shows as a line at the foot, never as an error.

const root = document.documentElement;
const PATIENCE = 20_000;

export function start() {
  const body = document.body;
  const own = new AbortController();
  const slides = () => [...body.querySelectorAll("[data-slides] > *")];
  let at = 0;
  let paused = false;
  let turning = null;
  let looking = null;

  function show(index) {
    const all = slides();
    at = ((index % all.length) + all.length) % all.length;
    all.forEach((slide, n) => (slide.hidden = n !== at));
    body.querySelector("[data-place]").textContent = all.length > 1 ? `${at + 1}/${all.length}` : "";
    clearTimeout(turning);
    if (!paused) turning = setTimeout(() => show(at + 1), all[at].dataset.seconds * 1000);
  }

  function pause(is) {
    paused = is;
    body.querySelector("[data-paused]").hidden = !is;
    show(at);
  }

  // What is shown stays where it still is among what came.
  function take(next) {
    const old = body.querySelector("[data-slides]");
    const fresh = next.querySelector("[data-slides]");
    const away = body.querySelector("[data-away]");
    away.textContent = next.querySelector("[data-away]").textContent;
    away.hidden = true;
    if (fresh.innerHTML === given) return;
    given = fresh.innerHTML;
    const id = slides()[at].dataset.id;
    old.replaceChildren(...fresh.children);
    const same = slides().findIndex((slide) => slide.dataset.id === id);
    if (same >= 0) slides().forEach((slide, n) => (slide.hidden = n !== same));
    if (same >= 0) at = same;
    else show(at);
  }

  // All that the new page needs is there before anything of the old one goes.
  async function renew(next) {
    const styles = [...next.querySelectorAll("link[rel=stylesheet]")].map((each) => each.href);
    const script = next.querySelector("script[type=module]").src;
    for (const address of [...styles, script]) await fetched(address, "force-cache");
    const before = [...document.querySelectorAll("link[rel=stylesheet]")];
    const added = styles.map((href) => Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
    let module;
    try {
      const loaded = added.map((link) => new Promise((done, failed) => Object.assign(link, { onload: done, onerror: failed })));
      document.head.append(...added);
      await Promise.all(loaded);
      module = await import(script);
    } catch (error) {
      added.forEach((link) => link.remove());
      throw error;
    }
    stop();
    before.forEach((link) => link.remove());
    root.lang = next.documentElement.lang;
    root.dataset.version = next.documentElement.dataset.version;
    document.title = next.title;
    body.replaceWith(next.body);
    module.start();
  }

  async function look() {
    try {
      const text = await (await fetched(location.href, "no-store")).text();
      const next = new DOMParser().parseFromString(text, "text/html");
      // A network that asks for a sign-in of its own answers every address with its page.
      if (next.querySelector("[data-tv] [data-slides] > *") === null) throw new Error("not the board");
      if (next.documentElement.dataset.version !== root.dataset.version) return await renew(next);
      take(next);
    } catch {
      body.querySelector("[data-away]").hidden = false;
    }
    looking = setTimeout(look, body.dataset.tv * 1000);
  }

  function stop() {
    clearTimeout(turning);
    clearTimeout(looking);
    own.abort();
  }

  document.addEventListener(
    "keydown",
    (event) => {
      const taken = { " ": () => pause(!paused), ArrowRight: () => show(at + 1), ArrowLeft: () => show(at - 1) };
      if (!(event.key in taken)) return;
      event.preventDefault();
      taken[event.key]();
    },
    { signal: own.signal },
  );
  root.dataset.turns = "yes";
  body.classList.add("turning");
  let given = body.querySelector("[data-slides]").innerHTML;
  show(0);
  looking = setTimeout(look, body.dataset.tv * 1000);
  // A screen that sleeps shows nothing; where that is not allowed, the machine's own setting holds.
  navigator.wakeLock?.request("screen").catch(() => {});
}

async function fetched(address, cache) {
  const answer = await fetch(address, { cache, signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer;
}

if (root.dataset.turns !== "yes") start();
