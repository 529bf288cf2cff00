// Puts what was typed before back into the desk form, with what is to be mended.

export function renewKey(form) {
  form.elements.namedItem("key").value = crypto.randomUUID();
}

// Say whether nobody has typed any words into the form.
export function isEmpty(form) {
  return ["text", "name", "phone", "email", "address"].every((name) => !form.elements.namedItem(name).value);
}

// `errors` are {field, label, message}; `summary` is the empty box that lists them, put before it.
export function put(form, fields, errors, summary) {
  form.reset();
  for (const each of form.querySelectorAll("[type=radio], [type=checkbox]")) each.checked = false;
  for (const [name, value] of fields) {
    const choice = form.querySelector(`[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
    if (choice && choice.matches("[type=radio], [type=checkbox]")) choice.checked = true;
    else if (form.elements.namedItem(name)) form.elements.namedItem(name).value = value;
  }
  form.parentElement.querySelector(":scope > .summary")?.remove();
  for (const each of form.querySelectorAll(".bad")) each.classList.remove("bad");
  if (!errors.length) {
    form.elements.namedItem("text").focus();
    return;
  }
  for (const { field, label, message } of errors) {
    const link = document.createElement("a");
    link.href = `#f-${field}`;
    link.textContent = label ? `${label}: ${message}` : message;
    const item = document.createElement("li");
    item.append(link);
    summary.querySelector("ul").append(item);
    document.getElementById(`f-${field}`)?.closest(".field")?.classList.add("bad");
  }
  form.before(summary);
  summary.focus();
}
