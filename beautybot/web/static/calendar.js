// Dragging a visit with the mouse, and a press on an empty place.  Without this: buttons.
const columns = document.getElementById("columns");
const ROW_MIN = 5, ROW_PX = 5, STEP = 15;

const wide = () => matchMedia("(min-width: 900px)").matches;
const say = (words, bad) => {
  const place = document.getElementById("said");
  place.className = bad ? "problem" : "done";
  place.textContent = words;
};
const timeAt = (day, y) => {
  const first = Number(columns.dataset.first);
  const from = first + Math.round((y - day.getBoundingClientRect().top) / ROW_PX * ROW_MIN / STEP) * STEP;
  const m = Math.max(0, Math.min(from, 1435));
  return String(Math.floor(m / 60)).padStart(2, "0") + ":" + String(m % 60).padStart(2, "0");
};
const dayUnder = (x, y) => document.elementsFromPoint(x, y).find((e) => e.matches(".day[data-day]"));

if (columns && !("still" in columns.dataset)) {
  let held = null, dropped = false;
  window.addEventListener("click", (event) => { if (dropped) { event.preventDefault(); event.stopPropagation(); } }, true);
  columns.addEventListener("pointerdown", (event) => {
    const visit = event.target.closest("[data-movable]");
    if (!visit || event.button !== 0 || event.pointerType === "touch" || !wide()) return;
    held = { visit, y: event.clientY, x: event.clientX, grip: event.clientY - visit.getBoundingClientRect().top, moved: false };
  });
  window.addEventListener("pointermove", (event) => {
    if (!held) return;
    if (!held.moved && Math.hypot(event.clientX - held.x, event.clientY - held.y) < 6) return;
    held.moved = true;
    event.preventDefault();
    held.visit.classList.add("lifted");
    document.querySelectorAll(".drop").forEach((d) => d.classList.remove("drop"));
    const day = dayUnder(event.clientX, event.clientY);
    if (day) { day.classList.add("drop"); say(`Отпустите, чтобы перенести на ${timeAt(day, event.clientY - held.grip)}`); }
  });
  window.addEventListener("pointerup", async (event) => {
    if (!held) return;
    const { visit, moved, grip } = held;
    held = null;
    if (!moved) return;
    dropped = true; // the click that follows a drop opens nothing
    setTimeout(() => { dropped = false; }, 0);
    document.querySelectorAll(".drop").forEach((d) => d.classList.remove("drop"));
    const day = dayUnder(event.clientX, event.clientY);
    if (!day) { visit.classList.remove("lifted"); say("Запись осталась на месте."); return; }
    const start = `${day.dataset.day}T${timeAt(day, event.clientY - grip)}`;
    await move(visit, start, day.dataset.specialist);
  });
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && held) { held.visit.classList.remove("lifted"); held = null; say("Запись осталась на месте."); }
  });
  columns.addEventListener("click", (event) => {
    const day = event.target.closest(".day[data-day]");
    if (!day || event.target.closest(".visit") || !wide()) return;
    const at = new URLSearchParams({ day: day.dataset.day, specialist: day.dataset.specialist, time: timeAt(day, event.clientY - 20) });
    location.href = `/dashboard/calendar/new?${at}`;
  });
}

async function move(visit, start, specialist) {
  const form = new URLSearchParams({ csrf: columns.dataset.csrf, start, specialist });
  const answer = await fetch(`/dashboard/calendar/${visit.dataset.visit}/move`, { method: "POST", body: form });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok) {
    visit.classList.remove("lifted");
    say(page.querySelector(".problem")?.textContent ?? "Не получилось перенести. Обновите страницу.", true);
    return;
  }
  const fresh = await fetch(location.href);
  const now = new DOMParser().parseFromString(await fresh.text(), "text/html").getElementById("columns");
  if (now) columns.replaceChildren(...now.childNodes);
  say(`Перенесли на ${start.slice(11)}. Если клиента надо предупредить, откройте запись.`);
}
