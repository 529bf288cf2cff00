// Says how much is new since this page was made. Nothing moves until the reader asks for it. When
// the server does not answer, it says as of when the page stands.

const place = document.querySelector("[data-live]");
const AWAY = 10_000;
let source = null;
let away = null;
let news = {};

function say() {
  const told = [];
  for (const [name, words] of [["new", place.dataset.new], ["changed", place.dataset.changed]]) {
    if (news[name] > 0) told.push(words.replace("0", news[name]));
  }
  place.querySelector("[data-told]").textContent = told.join(" · ");
  place.querySelector("[data-news]").hidden = told.length === 0;
  place.hidden = told.length === 0 && place.querySelector("[data-away]").hidden;
}

function lost(is) {
  place.querySelector("[data-away]").hidden = !is;
  say();
}

function listen() {
  source = new EventSource(place.dataset.live);
  source.addEventListener("news", (event) => {
    news = JSON.parse(event.data);
    say();
  });
  source.addEventListener("ended", () => source.close());
  source.addEventListener("open", () => {
    clearTimeout(away);
    lost(false);
  });
  // The browser asks again by itself. A stream that was declined for good says nothing of that.
  source.addEventListener("error", () => {
    clearTimeout(away);
    if (source.readyState === EventSource.CONNECTING) away = setTimeout(lost, AWAY, true);
  });
}

if (place) {
  listen();
  // A page that waits in the browser's memory must hold no stream.
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && listen());
}
