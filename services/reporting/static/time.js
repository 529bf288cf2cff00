// Slides to another day: the day is written into the form as one slides, and asked for at the end.

for (const form of document.querySelectorAll("[data-time]")) {
  const slide = form.querySelector("[data-slide]");
  const day = form.elements.as_of;
  const known = form.elements.known_at;
  const then = known.value !== "" && known.value === day.value;
  const DAY = 86_400_000;
  const back = day.value ? Math.round((Date.parse(day.value) - Date.now()) / DAY) : 0;
  slide.value = Math.max(Number(slide.min), Math.min(0, back));
  slide.hidden = false;
  slide.addEventListener("input", () => {
    const moment = new Date(Date.now() + Number(slide.value) * DAY);
    day.value = slide.value === "0" ? "" : moment.toISOString().slice(0, 10);
    if (then) known.value = day.value;
  });
  slide.addEventListener("change", () => form.requestSubmit());
}
