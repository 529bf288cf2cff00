// The figure on the bell: how much the reader was told and has not seen. Without it the link works.

const MOST = 99;
const bell = document.querySelector("a[data-bell]");

async function ask() {
  const answer = await fetch(bell.dataset.bell).catch(() => null);
  if (!answer?.ok) return;
  const { new: count } = await answer.json();
  const figure = bell.querySelector("b");
  figure.textContent = count > MOST ? `${MOST}+` : count;
  figure.setAttribute("aria-label", figure.dataset.new.replace("0", count));
  figure.hidden = count === 0;
}

if (bell) {
  ask();
  addEventListener("focus", ask);
}
