"""
What people say to the global bot: stored as it came, read once, done in one transaction.

A delivery is proven by its door (the secret of the webhook, or our own asking).
What it says is believed no further than the chat it came from: every press and
reply is checked against the letter it answers and the roles of this moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, assert_never

from sqlalchemy import Connection, delete

from beautybot.businesses import bindings
from beautybot.channels.telegram.owners import (
    Came,
    Moved,
    OwnersBot,
    Pressed,
    Said,
    Update,
    parse,
)
from beautybot.kit import log
from beautybot.kit.clock import Clock
from beautybot.kit.db import Database, DatabaseUnavailable, across_salons, add_once, insist
from beautybot.kit.leases import LeaseLost, claim, finish
from beautybot.notifications import owner
from beautybot.notifications.bot import (
    binding,
    menus,
    people,
    pouch,
    pressing,
    talk_acts,
    visit_acts,
)
from beautybot.notifications.bot.cards import Card, Verb
from beautybot.notifications.bot.people import Done, Here, Person
from beautybot.notifications.bot.pouch import Kept, Letter
from beautybot.notifications.models import owner_updates

logger = log.get(__name__)
BATCH = 50
GIVE_UP_AFTER = 3
KEPT = timedelta(days=3)
"""Longer than Telegram repeats (a day), shorter than its numbers live (a week)."""
POISON_KEPT = timedelta(days=30)
"""What could not be read waits so long for the update that mends the reading."""
STRANGER = (
    "Это бот BeautyBot для владельцев салонов. Чтобы уведомления приходили сюда, возьмите "
    "ссылку в кабинете, в разделе «Уведомления». Записаться можно в боте самого салона."
)
MOST_TO_STRANGERS = 3
"""In an hour to one chat: nobody makes the bot talk by writing to it."""
NOT_YOURS = "Этот чат не привязан к салону."


@dataclass(frozen=True, slots=True)
class Heard:
    """An update that was read: what to show in Telegram now that it is committed."""

    pressed: Pressed | None
    done: Done


def accept(conn: Connection, updates: Sequence[tuple[str, bytes]], now: datetime) -> None:
    """Store updates by their numbers, each once, and make them due."""
    for key, body in updates:
        values = {"key": key[:64], "received_at": now, "body": body, "due_at": now}
        add_once(conn, owner_updates, values)


async def hear(db: Database, bot: OwnersBot | None, *, worker: str, clock: Clock) -> list[Done]:
    """Read what is due, one after the other; what came of each."""
    due = await db.write(_take, clock(), worker)
    came_of_it: list[Done] = []
    for row_id, lease, attempts, body in due:
        try:
            heard = await db.write(_read, row_id, lease, body, clock())
        except LeaseLost:
            continue  # we slept through our time: another worker reads it
        except DatabaseUnavailable:
            raise  # no fault of the update
        except Exception as error:
            logger.exception("❌ Ошибка бота владельцев", update=row_id, error=repr(error))
            with suppress(LeaseLost):
                await insist(db, _failed, row_id, lease, attempts, repr(error), clock())
            continue
        came_of_it.append(heard.done)
        if bot is not None:
            await _show(bot, heard)
    return came_of_it


def forget(conn: Connection, now: datetime) -> None:
    """What was read and will not come again goes, and old letters with it."""
    columns = owner_updates.c
    for outcome, kept in (("read", KEPT), ("poison", POISON_KEPT)):
        old = (columns.received_at < now - kept) & columns.due_at.is_(None)
        gone = delete(owner_updates).where(old, columns.outcome == outcome)
        conn.execute(across_salons(gone))
    pouch.forget(conn, now)


def _take(conn: Connection, now: datetime, worker: str) -> list[tuple[int, int, int, bytes]]:
    rows = claim(conn, owner_updates, now, worker, limit=BATCH)
    return [(row.id, row.lease, row.attempts, row.body) for row in rows]


def _read(conn: Connection, row_id: int, lease: int, body: bytes, now: datetime) -> Heard:
    update = parse(body)
    done = Done() if update is None else _understood(conn, update, now)
    for letter in done.says:
        pouch.put(conn, letter, now)
    finish(conn, owner_updates, row_id, lease, outcome="read", body=b"")  # nobody needs it again
    return Heard(update if isinstance(update, Pressed) else None, done)


def _failed(
    conn: Connection, row_id: int, lease: int, attempts: int, error: str, now: datetime
) -> None:
    last = attempts >= GIVE_UP_AFTER
    again: dict[str, Any] = {"outcome": "poison"} if last else {}
    due = None if last else now + timedelta(seconds=2**attempts)
    finish(
        conn,
        owner_updates,
        row_id,
        lease,
        due_at=due,
        keep_attempts=True,
        note=error[:300],
        **again,
    )


def _understood(conn: Connection, update: Update, now: datetime) -> Done:
    match update:
        case Moved():
            bindings.note_gone(conn, update.chat, None if update.reachable else now)
            return Done()
        case Came():
            return _came(conn, update, now)
        case Said():
            person = people.of_chat(conn, update.chat)
            if person is None:
                return _stranger(conn, update.chat, now)
            return _said(conn, person, update, now)
        case Pressed():
            return _pressed(conn, update, now)
        case _:
            assert_never(update)


def _came(conn: Connection, update: Came, now: datetime) -> Done:
    if update.param:
        letter = binding.opened(conn, update.chat, update.name, update.param, now)
        return _sparing(conn, letter, now) if letter.text == binding.OVER else Done(says=(letter,))
    bindings.note_gone(conn, update.chat, None)
    person = people.of_chat(conn, update.chat)
    if person is None:
        return _stranger(conn, update.chat, now)
    return menus.typed(conn, person, "/help", now)


def _said(conn: Connection, person: Person, update: Said, now: datetime) -> Done:
    if update.text.startswith("/"):  # a command is never said to a client
        return menus.typed(conn, person, update.text, now)
    kept = pouch.answered(conn, person.chat, update.reply_to) if update.reply_to else None
    here = people.here(conn, person, kept, now) if kept else None
    if here is None:
        return menus.typed(conn, person, update.text, now)
    if here.context.get("kind") == "moving":
        return _marked(here, visit_acts.move_by_words(here, update.text))
    if {"talk", "question"} & set(here.context):
        return _marked(here, talk_acts.words(here, update.text))
    return menus.typed(conn, person, update.text, now)


def _pressed(conn: Connection, update: Pressed, now: datetime) -> Done:
    number, verb, argument = pressing.parts(update.data)
    kept = pouch.get(conn, number, update.chat) if verb is not None else None
    if kept is None or verb is None:
        return Done("Эта кнопка устарела.")
    if verb is Verb.NOT_ME:
        bindings.refuse(conn, update.chat)
        return Done("Понял", card=Card("Ссылка больше не действует.", []))
    person = people.of_chat(conn, update.chat)
    if person is None:
        return Done(NOT_YOURS)
    if verb in pressing.OF_MENU:
        return menus.pressed(conn, person, verb, argument, now)
    here = people.here(conn, person, kept, now)
    return _marked(here, pressing.press(here, verb, argument)) if here else Done(NOT_YOURS)


def _marked(here: Here, done: Done) -> Done:
    """The same, and the mark on every copy of the notice, so that the others see it too."""
    letter = here.kept.letter
    if not done.mark:
        return done
    copies: list[Kept] = [here.kept]
    if letter.notice_id is not None:
        copies = pouch.of_notice(here.conn, here.business.id, letter.notice_id)
    rewritten = tuple(
        (kept.external_id, Card(f"{kept.letter.text}\n\n{done.mark}", _left(kept.letter)), kept.id)
        for kept in copies
        if kept.external_id and kept.letter.channel == "telegram"
    )
    return replace(done, rewritten=rewritten)


def _left(letter: Letter) -> list[list[dict[str, str]]]:
    rows = [
        [dict(key) for key in row if key.get("verb") not in pressing.ONCE] for row in letter.rows
    ]
    return [row for row in rows if row]


async def _show(bot: OwnersBot, heard: Heard) -> None:
    """After the commit: stop the spinner, show what became of it; each may fail in silence."""
    done = heard.done
    if heard.pressed is not None:
        await bot.toast(heard.pressed.callback, done.toast)
        if done.card is not None and heard.pressed.on is not None:
            number = pressing.parts(heard.pressed.data)[0]
            letter = Letter(heard.pressed.chat, done.card.text, done.card.rows)
            await bot.rewrite(heard.pressed.on, done.card.text, owner.keys(number, letter))
    for external_id, card, number in done.rewritten:
        letter = Letter("", card.text, card.rows)
        await bot.rewrite(external_id, card.text, owner.keys(number, letter))


def _stranger(conn: Connection, chat: str, now: datetime) -> Done:
    return _sparing(conn, Letter(chat, STRANGER), now)


def _sparing(conn: Connection, letter: Letter, now: datetime) -> Done:
    _, said = pouch.counts(conn, letter.address, "", now - timedelta(hours=1))
    return Done(says=(letter,)) if said < MOST_TO_STRANGERS else Done()
