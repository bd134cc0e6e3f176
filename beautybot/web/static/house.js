// What makes the pages livelier.  Every page works without it.

// A list that refreshes itself when something was said.
for (const place of document.querySelectorAll("[data-live]")) {
  const news = new EventSource(place.dataset.live);
  news.addEventListener("news", async () => {
    const answer = await fetch(location.href, { headers: { "x-part": "1" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = fresh.getElementById(place.dataset.part);
    if (part) place.replaceChildren(part);
  });
}

// Ask before what cannot be undone.
for (const form of document.querySelectorAll("form[data-sure]")) {
  form.addEventListener("submit", (event) => {
    if (!confirm(form.dataset.sure)) event.preventDefault();
  });
}

// A form goes once.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) setTimeout(() => form.querySelectorAll("button").forEach((b) => { b.disabled = true; }), 0);
  });
}
