// What makes the pages livelier.  Every page works without it.

// Live parts.  News bring the rows of lists that changed; what is no list of rows is read again,
// a conversation at once, what is calm at most every five seconds.
const places = [...document.querySelectorAll("[data-live]")];
if (places.length) {
  const calm = places.every((place) => place.matches("[data-calm], [data-rows]"));
  const news = new EventSource(places[0].dataset.live);
  let due = null, next = 0, part = true;
  news.addEventListener("news", (event) => {
    const told = JSON.parse(event.data);
    count(told.waiting);
    const stale = places.filter((place) => (place.matches("[data-rows]") ? !patch(place, told)
      : !place.dataset.talk || told.talks.includes(Number(place.dataset.talk))));
    part &&= stale.every((place) => place.dataset.talk);
    if (stale.length) due ??= setTimeout(read, Math.max(next - Date.now(), 0) + Math.random() * 300); // not everybody at once
  });
  async function read() {
    const headers = part ? { "x-part": "1" } : {};
    [due, next, part] = [null, Date.now() + (calm ? 5000 : 1000), true];
    const answer = await fetch(location.href, { headers });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const place of places) replace(place, fresh.getElementById(place.id));
  }
}

// How many wait for a person, beside «Диалоги».
function count(waiting) {
  const link = document.querySelector('.menu a[href="/dashboard/conversations"]');
  const badge = link?.querySelector(".count") ?? Object.assign(document.createElement("b"), { className: "count", title: "ждут человека" });
  badge.textContent = waiting;
  if (waiting) link?.append(badge); else badge.remove();
}

// Put the rows that changed into a list; false if it lacks one, and has to be read again.
function patch(list, told) {
  const have = new Map([...list.querySelectorAll("li[data-id]")].map((row) => [Number(row.dataset.id), row]));
  const rows = told.order.slice(0, Number(list.dataset.rows)).map((id) => (told.rows[id] ? row(told.rows[id]) : have.get(id)));
  if (rows.includes(undefined)) return false;
  for (const one of rows) {
    const here = one.dataset.id === list.dataset.here;
    if (here) { one.querySelector("a").setAttribute("aria-current", "true"); one.querySelector(".count")?.remove(); }
  }
  const focused = document.activeElement.closest?.("li[data-id]");
  const back = focused && list.contains(focused) ? focused.dataset.id : null;
  list.replaceChildren(...rows);
  if (back) list.querySelector(`li[data-id="${back}"] a`)?.focus({ preventScroll: true });
  return true;
}

function row(text) {
  return new DOMParser().parseFromString(text, "text/html").querySelector("li");
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

// A conversation opens at its newest message, just above the place to answer.
function toEnd() {
  const newest = document.querySelector("[data-end] > li:last-child"), reply = document.querySelector(".reply");
  if (newest && reply) { newest.scrollIntoView({ block: "end" }); window.scrollBy(0, newest.getBoundingClientRect().bottom - reply.getBoundingClientRect().top + 10); }
}
if (!location.hash) toEnd();

// After a form: what is wrong is in sight, and so is the newest line of a talk.
document.querySelector(".problem[role=alert]")?.scrollIntoView({ block: "center" });
document.querySelector("[data-newest]")?.scrollIntoView({ block: "end" });

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
