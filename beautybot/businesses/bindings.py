"""
Where the global bot writes to a person: a chat that proved to be theirs.

A one-time link (192 bits, ten minutes, its hash here) goes from the dashboard
to Telegram, and a code of six digits comes back from Telegram to the dashboard.
So neither a stolen link nor a stolen look at the dashboard is enough: who opens
the link must also be the one who is signed in.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select, update

from beautybot.businesses.models import binding_links, telegram_bindings
from beautybot.kit.db import add, change, one, remove
from beautybot.kit.text import one_line

LINK_LIVES = timedelta(minutes=10)
MOST_TRIES = 5
NAME_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Binding:
    """A person's chat with the global bot; `name` is what Telegram shows of them."""

    user_id: int
    chat_id: str
    name: str
    bound_at: datetime
    gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A link was opened, once; `code` is for the dashboard and is kept nowhere."""

    user_id: int
    code: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A link on its way; `name` is whoever opened it, None while nobody has."""

    expires_at: datetime
    name: str | None


class Outcome(StrEnum):
    """What became of a code."""

    BOUND = "bound"
    WRONG = "wrong"
    OVER = "over"  # no link, too old, not opened yet, or too many wrong codes
    CHAT_TAKEN = "chat_taken"  # the chat is another person's


@dataclass(frozen=True, slots=True)
class Confirmed:
    """`before` is the chat that was bound until now and hears no more, if it is another."""

    outcome: Outcome
    binding: Binding | None = None
    before: str | None = None


def invite(conn: Connection, user_id: int, now: datetime) -> str:
    """A new one-time token; an older link of this person opens nothing from now on."""
    remove(conn, binding_links, {"user_id": user_id})
    token = secrets.token_urlsafe(24)
    values = {"user_id": user_id, "token_hash": _hash(token)}
    add(conn, binding_links, values | {"created_at": now, "expires_at": now + LINK_LIVES})
    return token


def open_link(
    conn: Connection, token: str, chat_id: str, name: str, now: datetime
) -> Opened | None:
    """Somebody came with a link; None if it is unknown, too old, or was opened before."""
    code = f"{secrets.randbelow(10**6):06d}"
    shown = one_line(name, NAME_LIMIT)
    salt = _hash(token)
    user_id = conn.execute(
        update(binding_links)
        .where(
            binding_links.c.token_hash == salt,
            binding_links.c.expires_at > now,
            binding_links.c.opened_at.is_(None),
        )
        .values(opened_at=now, chat_id=chat_id, name=shown, code_hash=_hash(salt, code))
        .returning(binding_links.c.user_id)
    ).scalar_one_or_none()
    return None if user_id is None else Opened(user_id, code)


def pending(conn: Connection, user_id: int, now: datetime) -> Pending | None:
    """The link this person has on its way, if it is still good."""
    row = one(conn, binding_links, {"user_id": user_id})
    if row is None or row.expires_at <= now or row.tries >= MOST_TRIES:
        return None
    return Pending(row.expires_at, row.name if row.opened_at is not None else None)


def confirm(conn: Connection, user_id: int, code: str, now: datetime) -> Confirmed:
    """
    Bind the chat that opened this person's link, by the code the bot sent there.

    Five wrong codes and the link is void.
    """
    row = one(conn, binding_links, {"user_id": user_id}, lock=True)
    if row is None or row.opened_at is None or row.expires_at <= now or row.tries >= MOST_TRIES:
        return Confirmed(Outcome.OVER)
    if not hmac.compare_digest(_hash(row.token_hash, "".join(code.split())), row.code_hash):
        change(conn, binding_links, {"user_id": user_id}, {"tries": row.tries + 1})
        return Confirmed(Outcome.OVER if row.tries + 1 >= MOST_TRIES else Outcome.WRONG)
    remove(conn, binding_links, {"user_id": user_id})
    theirs = of_chat(conn, row.chat_id)
    if theirs is not None and theirs.user_id != user_id:
        return Confirmed(Outcome.CHAT_TAKEN)
    before = of_user(conn, user_id)
    bound = bind(conn, user_id, row.chat_id, row.name, now)
    moved = before is not None and before.chat_id != row.chat_id
    return Confirmed(Outcome.BOUND, bound, before.chat_id if before and moved else None)


def refuse(conn: Connection, chat_id: str) -> bool:
    """Whoever opened a link says that it is not theirs: it is void.  False if there was none."""
    return remove(conn, binding_links, {"chat_id": chat_id}) > 0


def bind(conn: Connection, user_id: int, chat_id: str, name: str, now: datetime) -> Binding:
    """Say that a chat is this person's; for who has proven it, and for the demo."""
    remove(conn, telegram_bindings, {"user_id": user_id})
    values = {"user_id": user_id, "chat_id": chat_id, "name": name, "bound_at": now}
    add(conn, telegram_bindings, values)
    return Binding(user_id, chat_id, name, now, None)


def unbind(conn: Connection, user_id: int) -> Binding | None:
    """The bot writes to this person no more; the binding there was."""
    before = of_user(conn, user_id)
    remove(conn, telegram_bindings, {"user_id": user_id})
    remove(conn, binding_links, {"user_id": user_id})
    return before


def note_gone(conn: Connection, chat_id: str, at: datetime | None) -> None:
    """They blocked the bot; None: they are back."""
    change(conn, telegram_bindings, {"chat_id": chat_id}, {"gone_at": at})


def of_user(conn: Connection, user_id: int) -> Binding | None:
    """The chat of a person."""
    row = one(conn, telegram_bindings, {"user_id": user_id})
    return _binding(row) if row else None


def of_chat(conn: Connection, chat_id: str) -> Binding | None:
    """Whose chat it is."""
    row = conn.execute(
        select(telegram_bindings).where(telegram_bindings.c.chat_id == chat_id)
    ).one_or_none()
    return _binding(row) if row else None


def _binding(row: Row[Any]) -> Binding:
    return Binding(row.user_id, row.chat_id, row.name, row.bound_at, row.gone_at)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
