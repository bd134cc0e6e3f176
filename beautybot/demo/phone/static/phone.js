"use strict";
// Everything that people wrote is put up as text: no markup is ever built from it.
(() => {
  const base = document.body.dataset.base;
  const $ = (id) => document.getElementById(id);
  const screens = { whatsapp: { bubbles: [], typing: false }, telegram: { bubbles: [], typing: false } };
  const seen = { whatsapp: 0, telegram: 0 };
  let channel = document.body.dataset.channel;
  let knownAppointments = null;

  function make(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  async function act(name, wish) {
    const answer = await fetch(`${base}/acts/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(wish || {}),
    });
    if (answer.status === 409) location.reload();
    return answer.ok;
  }

  // --- one chat -----------------------------------------------------------------------------

  function meta(bubble, mine) {
    const node = make("span", "meta", bubble.time);
    if (mine && bubble.delivery) {
      const marks = { sent: " ✓", delivered: " ✓✓", read: " ✓✓", failed: " !" };
      const kinds = { read: "seen", failed: "bad" };
      node.append(make("span", kinds[bubble.delivery] || "", marks[bubble.delivery] || ""));
    }
    return node;
  }

  function choiceNode(choice, press) {
    if (choice.url) {
      const link = make("a", "choice", choice.title);
      if (/^https?:\/\//.test(choice.url)) link.href = choice.url;
      link.target = "_blank";
      link.rel = "noopener";
      return link;
    }
    const button = make("button", "choice", choice.title);
    button.type = "button";
    button.addEventListener("click", () => {
      button.disabled = true;
      press(choice).finally(() => setTimeout(() => { button.disabled = false; }, 1500));
    });
    return button;
  }

  function rowsOf(choices, press) {
    const box = make("div", "choices");
    let row = null;
    let number = -1;
    for (const choice of choices) {
      if (choice.row !== number || !row) {
        row = make("div", "row");
        number = choice.row;
        box.append(row);
      }
      row.append(choiceNode(choice, press));
    }
    return box;
  }

  function lineOf(bubble, mine, press) {
    const line = make("div", mine ? "line mine" : "line");
    const body = make("div", "bubble", bubble.text);
    body.append(meta(bubble, mine));
    line.append(body);
    if (bubble.style === "inline") line.append(rowsOf(bubble.choices, (c) => press(bubble, c)));
    if (bubble.style === "buttons" || bubble.style === "contact") {
      const box = make("div", "choices");
      for (const choice of bubble.choices) box.append(choiceNode(choice, (c) => press(bubble, c)));
      line.append(box);
    }
    if (bubble.style === "list") {
      const open = make("button", "choice", `☰ ${bubble.button}`);
      open.type = "button";
      open.addEventListener("click", () => {
        const picks = bubble.choices.map((c) => ({ ...c, choose: () => press(bubble, c) }));
        openSheet(bubble.button, picks);
      });
      line.append(open);
    }
    return line;
  }

  function put(box, lines, typing) {
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
    const grew = lines.length !== Number(box.dataset.count || 0);
    box.replaceChildren(...lines);
    if (typing) {
      const dots = make("div", "typing");
      dots.setAttribute("aria-label", "печатает");
      dots.append(make("i"), make("i"), make("i"));
      box.append(dots);
    }
    box.dataset.count = lines.length;
    if (atEnd || grew) box.scrollTop = box.scrollHeight;
  }

  // --- the client's phone -------------------------------------------------------------------

  function press(bubble, choice) {
    const wish = { channel, bubble: bubble.id, choice: choice.id || choice.title };
    return act("press", wish);
  }

  function hello(screen) {
    const words = "Напишите салону, как написали бы в обычной жизни: салон ответит сам.";
    const box = make("div", "hello", words);
    if (channel === "telegram" && !screen.started) {
      box.textContent = "Это бот салона. Чтобы начать разговор, нажмите «Старт».";
      const start = make("button", "", "Старт");
      start.type = "button";
      start.addEventListener("click", () => act("start"));
      box.append(start);
    }
    return box;
  }

  function showPhone() {
    const screen = screens[channel];
    const lines = screen.bubbles.map((b) => lineOf(b, !b.ours, press));
    if (!lines.length) lines.push(hello(screen));
    put($("chat"), lines, screen.typing);
    $("presence").textContent = screen.typing ? "печатает…" : "на связи";
    const silent = channel === "telegram" && !screen.started;
    $("write").hidden = silent;
    const keyboard = [...screen.bubbles].reverse().find((b) => b.style === "keyboard");
    $("hints").hidden = silent || keyboard !== undefined || screen.bubbles.length > 2;
    $("keys").hidden = !keyboard;
    $("keys").replaceChildren(...(keyboard ? [rowsOf(keyboard.choices, (c) => press(keyboard, c))] : []));
    seen[channel] = screen.bubbles.length;
    for (const tab of document.querySelectorAll("[data-switch]")) {
      const name = tab.dataset.switch;
      tab.setAttribute("aria-selected", String(name === channel));
      tab.querySelector(".dot").hidden = screens[name].bubbles.length <= seen[name];
    }
  }

  function openSheet(title, picks) {
    const head = make("header", "", title);
    const close = make("button", "", "✕");
    close.type = "button";
    close.setAttribute("aria-label", "Закрыть");
    close.addEventListener("click", closeSheet);
    head.append(close);
    const rows = picks.map((pick) => {
      const row = make("button", "pick", pick.title);
      row.type = "button";
      if (pick.description) row.append(make("small", "", pick.description));
      row.addEventListener("click", () => {
        closeSheet();
        pick.choose();
      });
      return row;
    });
    $("sheet").replaceChildren(head, ...rows);
    $("sheet").hidden = false;
  }

  function closeSheet() {
    $("sheet").hidden = true;
  }

  // --- the owner's side ---------------------------------------------------------------------

  function ownerPress(bubble, choice) {
    return act("owner-press", { bubble: bubble.id, choice: choice.id || choice.title });
  }

  function showOwner(screen) {
    const lines = screen.bubbles.map((b) => lineOf(b, !b.ours, ownerPress));
    if (!lines.length) lines.push(make("div", "hello", "Уведомлений пока нет."));
    put($("owner-chat"), lines, screen.typing);
  }

  function appointmentNode(row, fresh) {
    const item = make("div", fresh ? "item fresh" : "item");
    const when = make("div");
    when.append(make("b", "", row.time), make("small", "", row.day));
    const what = make("div");
    what.append(make("b", "", row.service), make("small", "", `${row.specialist} · ${row.client}`));
    const price = make("div", "", row.price);
    if (row.status) price.append(make("small", "", row.status));
    item.append(when, what, price);
    return item;
  }

  function conversationNode(row) {
    const item = make("div", "item");
    const name = make("div");
    if (row.url) {
      const link = make("a", "", row.client);
      if (/^(https?:\/\/|\/)/.test(row.url)) link.href = row.url;
      link.target = "_blank";
      link.rel = "noopener";
      name.append(link);
    } else {
      name.append(make("b", "", row.client));
    }
    const titles = { whatsapp: "WhatsApp", telegram: "Telegram" };
    const tag = make("span", "tag", titles[row.channel] || row.channel);
    if (row.channel in titles) tag.classList.add(row.channel);
    const last = make("div");
    last.append(make("div", "cut", row.last), tag);
    const state = make("span", row.needs_person ? "tag alarm" : "tag", row.needs_person ? "ждёт человека" : row.state);
    item.append(name, last, state);
    return item;
  }

  function showBoard(board) {
    const keys = board.appointments.map((row) => JSON.stringify(row));
    const known = knownAppointments;
    if (keys.length) {
      $("appointments").replaceChildren(
        ...board.appointments.map((row, i) => appointmentNode(row, known !== null && !known.has(keys[i]))),
      );
    } else {
      $("appointments").replaceChildren(make("p", "empty", "Пока пусто. Запишитесь с телефона, и запись появится здесь."));
    }
    knownAppointments = new Set(keys);
    const talks = board.conversations.map(conversationNode);
    $("conversations").replaceChildren(...(talks.length ? talks : [make("p", "empty", "Пока никто не писал.")]));
  }

  // --- wires --------------------------------------------------------------------------------

  const feed = new EventSource(`${base}/events`);
  for (const name of ["whatsapp", "telegram"]) {
    feed.addEventListener(name, (event) => {
      screens[name] = JSON.parse(event.data);
      showPhone();
    });
  }
  feed.addEventListener("owner", (event) => showOwner(JSON.parse(event.data)));
  feed.addEventListener("board", (event) => showBoard(JSON.parse(event.data)));
  feed.addEventListener("open", () => { $("offline").hidden = true; });
  feed.addEventListener("error", () => {
    $("offline").hidden = false;
    if (feed.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 3000);
  });

  function writing(form, input, send) {
    $(form).addEventListener("submit", async (event) => {
      event.preventDefault();
      const text = $(input).value.trim();
      if (!text) return;
      $(input).value = "";
      if (!(await send(text))) $(input).value = text;
    });
  }
  writing("write", "words", (text) => act("say", { channel, text }));
  writing("owner-write", "owner-words", (text) => act("owner-say", { text }));

  for (const hint of document.querySelectorAll("[data-say]")) {
    hint.addEventListener("click", () => act("say", { channel, text: hint.dataset.say }));
  }
  for (const tab of document.querySelectorAll("[data-switch]")) {
    tab.addEventListener("click", () => {
      channel = tab.dataset.switch;
      document.body.dataset.channel = channel;
      closeSheet();
      showPhone();
      $("chat").scrollTop = $("chat").scrollHeight;
      act("switch", { channel });
    });
  }
  $("attach").addEventListener("click", () => {
    const send = (kind) => () => act("attach", { channel, kind });
    openSheet("Отправить", [
      { title: "Фото", description: "как будто с камеры", choose: send("photo") },
      { title: "Голосовое сообщение", description: "две секунды тишины", choose: send("voice") },
    ]);
  });
  $("leave").addEventListener("click", async () => {
    await act("leave");
    location.reload();
  });
  showPhone();
})();
