// j and k go through the rows of a list; Enter opens, since the row's link has the focus.

const links = [...document.querySelectorAll("[data-rows] tbody tr")]
  .map((row) => row.querySelector("a[href]"))
  .filter(Boolean);

function typing(at) {
  return at.closest("input, select, textarea, [contenteditable]") !== null;
}

addEventListener("keydown", (event) => {
  const step = { j: 1, k: -1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1)];
  next?.focus();
});
