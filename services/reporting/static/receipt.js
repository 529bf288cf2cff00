// A link may carry the code after `#`, which no browser sends and no server logs: it goes by form.
// The page's own anchors, such as the way to its content, are no codes.
const form = document.getElementById("tanda-terima");

function ask() {
  const code = decodeURIComponent(location.hash.slice(1));
  if (!code || document.getElementById(code)) return;
  history.replaceState(null, "", location.pathname + location.search);
  form.elements.namedItem("receipt").value = code;
  form.requestSubmit();
}

// Also where another slip is read while a receipt is open in this very tab.
addEventListener("hashchange", ask);
ask();
