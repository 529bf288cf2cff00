// Goes through a complaint's history by the slider, in place; without a script its button does.

const shown = () => document.getElementById("isi");
let asked = null;

function say(slider) {
  const form = slider.form;
  const option = form.querySelector(`datalist option[value="${slider.value}"]`);
  if (option) form.querySelector("output").textContent = option.label;
}

async function go(form) {
  asked?.abort();
  asked = new AbortController();
  const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
  try {
    const answer = await fetch(address, { signal: asked.signal });
    if (!answer.ok || answer.redirected === false) throw new Error("no page of this history");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const place = page.getElementById("isi");
    if (!place?.querySelector("[data-replay]")) throw new Error("no page of this history");
    history.replaceState(null, "", answer.url);
    shown().replaceChildren(...document.adoptNode(place).childNodes);
    document.getElementById("langkah")?.focus();
  } catch (error) {
    if (error.name !== "AbortError") form.submit();
  }
}

// The form is made anew with each moment; what surrounds it stays.
shown().addEventListener("input", (event) => event.target.id === "langkah" && say(event.target));
shown().addEventListener("change", (event) => event.target.id === "langkah" && go(event.target.form));
