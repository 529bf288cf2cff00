// A link may carry the code after `#`, which no browser sends and no server logs: it goes by form.
const code = decodeURIComponent(location.hash.slice(1));
const form = document.getElementById("tanda-terima");
if (code && form) {
  history.replaceState(null, "", location.pathname + location.search);
  form.elements.namedItem("receipt").value = code;
  form.requestSubmit();
}
