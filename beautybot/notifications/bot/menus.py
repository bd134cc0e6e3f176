"""What can be typed to the global bot: the plan, the numbers, what to hear, goodbye."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from beautybot.businesses import choices
from beautybot.businesses.choices import BadQuietHours, Choices, Topic
from beautybot.businesses.salons import Business
from beautybot.kit.text import unlinked
from beautybot.notifications import plans
from beautybot.notifications.bot import binding, people
from beautybot.notifications.bot.cards import Card, Verb, button
from beautybot.notifications.bot.people import Done, Person
from beautybot.notifications.bot.pouch import Letter

HELP = (
    "Сюда приходит важное о салоне: записи, переносы и отмены, клиенты, которые ждут человека, "
    "и вопросы без ответа.\n\n"
    "Кнопки под сообщениями работают. Чтобы ответить клиенту, ответьте на сообщение о нём: "
    "клиент получит ваши слова в своём мессенджере.\n\n"
    "/today — записи на сегодня\n/week — итоги недели\n"
    "/notices — о чём сообщать и когда молчать\n/stop — больше не писать сюда"
)
HOW_TO_REPLY = (
    "Чтобы я знал, кому передать, ответьте на сообщение о клиенте: смахните его влево "
    "или нажмите «Ответить». /help расскажет остальное."
)
QUIET = (("22:00–08:00", "22-8"), ("20:00–10:00", "20-10"), ("не нужны", "off"))


def typed(conn: Connection, person: Person, text: str, now: datetime) -> Done:
    """A command, or words that answer nothing."""
    match text.split(maxsplit=1)[0].partition("@")[0].lower() if text.strip() else "":
        case "/today":
            return _each(conn, person, plans.plan, now)
        case "/week":
            return _each(conn, person, plans.week, now)
        case "/notices":
            shown = card(choices.of_user(conn, person.user_id))
            return Done(says=(Letter(person.chat, shown.text, shown.rows),))
        case "/stop":
            text = "Больше не писать сюда? Уведомления останутся в кабинете."
            return Done(says=(Letter(person.chat, text, ((button(Verb.STOP),),)),))
        case "/help" | "/start":
            return Done(says=(Letter(person.chat, HELP),))
        case _:
            return Done(says=(Letter(person.chat, HOW_TO_REPLY),))


def pressed(conn: Connection, person: Person, verb: Verb, argument: str, now: datetime) -> Done:
    """A button of the menu."""
    if verb is Verb.STOP:
        binding.unbind(conn, person.user_id, now)
        return Done(
            "Больше не пишу", card=Card("Сюда больше не пишем. Вернуть можно в кабинете.", [])
        )
    kept = choices.of_user(conn, person.user_id)
    try:
        changed = _changed(kept, verb, argument)
    except (BadQuietHours, ValueError):
        return Done("Эта кнопка устарела.")
    choices.keep(conn, person.user_id, changed)
    return Done("Запомнил", card=card(changed))


def card(chosen: Choices) -> Card:
    """What is chosen now, and the buttons to choose otherwise."""
    quiet = " – ".join(f"{at:%H:%M}" for at in chosen.quiet or ()) or "нет"
    text = (
        "О чём сообщать? Нажмите, чтобы включить или выключить.\n"
        f"Тихие часы: {quiet}. Что случится в это время, придёт одним сообщением "
        "после них."
    )
    rows = [
        [button(Verb.TOPIC, f"{'🔕' if t in chosen.muted else '✅'} {choices.TITLES[t]}", t)]
        for t in Topic
    ]
    return Card(text, [*rows, [button(Verb.QUIET, title, key) for title, key in QUIET]])


def _changed(kept: Choices, verb: Verb, argument: str) -> Choices:
    if verb is Verb.QUIET:
        return replace(kept, quiet=choices.quiet_of(argument))
    return replace(kept, muted=kept.muted ^ {Topic(argument)})


def _each(
    conn: Connection,
    person: Person,
    told: Callable[[Connection, Business, datetime], str],
    now: datetime,
) -> Done:
    says = []
    for business in people.salons_of(conn, person):
        head = f"{business.name}\n" if len(person.salons) > 1 else ""
        text = unlinked(told(conn, business, now))
        says.append(Letter(person.chat, head + text, business_id=business.id))
    return Done(says=tuple(says))
