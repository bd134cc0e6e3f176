"""
A person's Telegram bound to the global bot, seen from both sides.

The link is made where the person is signed in and opened in Telegram; the code
is made in Telegram and typed where they are signed in.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from beautybot.businesses import bindings, journal, salons, users
from beautybot.businesses.bindings import Binding, Confirmed, Opened, Outcome
from beautybot.businesses.users import Member
from beautybot.kit.text import quoted
from beautybot.notifications.bot import pouch
from beautybot.notifications.bot.cards import Verb, button
from beautybot.notifications.bot.pouch import Letter
from beautybot.notifications.listeners import HEARS

OVER = (
    "Эта ссылка не подходит: она одноразовая и живёт 10 минут. "
    "Возьмите новую в кабинете, в разделе «Уведомления»."
)
BOUND = "Готово: уведомления салона будут приходить сюда. /help расскажет, что здесь можно."
MOVED = (
    "Уведомления салона теперь приходят в другой Telegram: {name}. "
    "Если это сделали не вы, смените пароль в кабинете и привяжите Telegram снова."
)
GONE = "Уведомления салона больше не приходят сюда: привязку сняли в кабинете или здесь."


def link(username: str, token: str) -> str:
    """What opens the bot with a one-time token."""
    return f"https://t.me/{username}?start={token}"


def opened(conn: Connection, chat: str, name: str, token: str, now: datetime) -> Letter:
    """Somebody opened a link: the code goes to that chat, and to no other place."""
    found = bindings.open_link(conn, token, chat, name, now)
    return Letter(chat, OVER) if found is None else _code(conn, chat, found)


def confirm(conn: Connection, user_id: int, code: str, now: datetime) -> Confirmed:
    """The code was typed by whoever is signed in: bind, tell both chats, write it down."""
    done = bindings.confirm(conn, user_id, code, now)
    if done.outcome is Outcome.BOUND and done.binding is not None:
        pouch.put(conn, Letter(done.binding.chat_id, BOUND), now)
        if done.before is not None:
            pouch.put(conn, Letter(done.before, MOVED.format(name=done.binding.name)), now)
        _note(conn, user_id, f"привязал Telegram: {done.binding.name}", now)
    return done


def unbind(conn: Connection, user_id: int, now: datetime) -> Binding | None:
    """Write there no more, and say so there; the binding there was."""
    before = bindings.unbind(conn, user_id)
    if before is not None:
        pouch.put(conn, Letter(before.chat_id, GONE), now)
        _note(conn, user_id, "отвязал Telegram", now)
    return before


def may_bind(members: list[Member]) -> bool:
    """Owners and admins hear the bot; specialists have their calendar."""
    return any(member.role in HEARS for member in members)


def _code(conn: Connection, chat: str, found: Opened) -> Letter:
    theirs = [m for m in users.of_user(conn, found.user_id) if m.role in HEARS]
    names = ", ".join(quoted(salons.get(conn, m.business_id).name) for m in theirs)
    text = (
        f"Чтобы уведомления салона {names} приходили сюда, введите в кабинете код "
        f"{found.code[:3]} {found.code[3:]}.\n\n"
        "Никому его не говорите. Если вы не просили привязать Telegram, нажмите «Это не я»."
    )
    return Letter(chat, text, ((button(Verb.NOT_ME),),))


def _note(conn: Connection, user_id: int, what: str, now: datetime) -> None:
    for member in users.of_user(conn, user_id):
        journal.note(conn, member.business_id, f"user:{user_id}", what, now)
