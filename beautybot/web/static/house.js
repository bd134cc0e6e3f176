// What makes the pages livelier.  Every page works without it.

// Parts that refresh themselves when something happened in the salon.
const live = document.querySelectorAll("[data-live]");
if (live.length) {
  const news = new EventSource(live[0].dataset.live);
  let asked = 0;
  news.addEventListener("news", async () => {
    const mine = ++asked;
    await new Promise((later) => setTimeout(later, Math.random() * 700)); // not everybody at once
    if (mine !== asked) return;
    const answer = await fetch(location.href, { headers: { "x-part": "1" } });
    if (!answer.ok || answer.redirected || mine !== asked) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const place of document.querySelectorAll("[data-live]")) replace(place, fresh.getElementById(place.id));
    const title = fresh.querySelector(".menu"), menu = document.querySelector(".menu");
    if (title && menu && !location.hash) menu.replaceWith(title);
  });
}

function replace(place, fresh) {
  if (!fresh || fresh.innerHTML === place.innerHTML) return;
  if (place.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) return;
  const open = new Set([...place.querySelectorAll("details[open]")].map((d) => d.closest("[id]")?.id));
  const last = place.lastElementChild?.getBoundingClientRect().bottom ?? 0;
  const atEnd = last < window.innerHeight + 80;
  place.replaceChildren(...fresh.childNodes);
  for (const d of place.querySelectorAll("details")) if (open.has(d.closest("[id]")?.id) && d.closest("[id]") !== place) d.open = true;
  if (place.matches("[data-end]") && atEnd) toEnd();
}

// A conversation opens at its newest message.
const toEnd = () => document.querySelector(".reply")?.scrollIntoView({ block: "end" });
if (document.querySelector("[data-end]") && !location.hash) toEnd();

// Ask before what cannot be undone.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const sure = event.submitter?.dataset.sure ?? form.dataset.sure;
  if (sure && !confirm(sure)) { event.preventDefault(); return; }
  // A form goes once.
  if (form.method === "post" && !form.dataset.download) {
    setTimeout(() => form.querySelectorAll("button").forEach((b) => { b.disabled = true; }), 0);
  }
});
window.addEventListener("pageshow", () => document.querySelectorAll("button[disabled]").forEach((b) => { b.disabled = false; }));

// Ctrl+Enter sends a reply; a choice that changes the page sends itself.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) event.target.form?.requestSubmit();
});
document.addEventListener("change", (event) => { if (event.target.matches("[data-sends]")) event.target.form.requestSubmit(); });
