// Says how far an import is, until it has ended; then the page is shown anew.

const SECONDS = 1;
const place = document.querySelector("[data-progress]");

async function look() {
  try {
    const answer = await fetch(location.pathname);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok && !page.querySelector("[data-progress]")) return location.reload();
    const counted = page.querySelectorAll("[data-counted]");
    document.querySelectorAll("[data-counted]").forEach((each, n) => {
      if (counted[n]) each.replaceChildren(...counted[n].childNodes);
    });
  } catch {
    // The server is away for a moment; the import goes on when it is back.
  }
  setTimeout(look, SECONDS * 1000);
}

if (place) setTimeout(look, SECONDS * 1000);
