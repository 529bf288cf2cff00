// A digit leads to the next field of its sheet, so that a sheet is typed without leaving the digits.

const form = document.querySelector("[data-sheets]");

form?.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-score]") || !/^[1-4]$/.test(target.value)) return;
  const fields = [...form.querySelectorAll("tbody input")];
  fields[fields.indexOf(target) + 1]?.focus();
});
