// Says how much is new since this page was made. Nothing moves until the reader asks for it.

const place = document.querySelector("[data-live]");
let source = null;

function say(news) {
  const told = [];
  for (const [name, words] of [["new", place.dataset.new], ["changed", place.dataset.changed]]) {
    if (news[name] > 0) told.push(words.replace("0", news[name]));
  }
  place.querySelector("[data-told]").textContent = told.join(" · ");
  place.hidden = told.length === 0;
}

function listen() {
  source = new EventSource(place.dataset.live);
  source.addEventListener("news", (event) => say(JSON.parse(event.data)));
  source.addEventListener("ended", () => source.close());
}

if (place) {
  listen();
  // A page that waits in the browser's memory must hold no stream.
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && listen());
}
