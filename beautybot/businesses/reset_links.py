"""One-time links that set a password: for whoever forgot theirs, or was just invited."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from beautybot.businesses import sign_ins, users
from beautybot.businesses.models import reset_links, users as users_table
from beautybot.kit.db import add, remove
from beautybot.kit.errors import BeautyBotError

RESET, INVITED = timedelta(hours=1), timedelta(days=3)


class BadLink(BeautyBotError):
    """The link was used already, is too old, or never was."""


def make(conn: Connection, user_id: int, now: datetime, lives: timedelta = RESET) -> str:
    """The token of a new link; it is kept nowhere, and the person's earlier links end."""
    token = secrets.token_urlsafe(32)
    conn.execute(delete(reset_links).where(reset_links.c.expires_at <= now))
    remove(conn, reset_links, {"user_id": user_id})
    values = {"user_id": user_id, "token_hash": _hash(token), "created_at": now}
    add(conn, reset_links, values | {"expires_at": now + lives})
    return token


def whose(conn: Connection, token: str, now: datetime) -> tuple[int, str]:
    """The user's id and address of a live link; BadLink."""
    row = conn.execute(
        select(reset_links.c.user_id, reset_links.c.expires_at, users_table.c.email)
        .join(users_table, users_table.c.id == reset_links.c.user_id)
        .where(reset_links.c.token_hash == _hash(token))
    ).one_or_none()
    if row is None or row.expires_at <= now:
        raise BadLink("ссылка уже сработала или устарела")
    return row.user_id, row.email


def use(conn: Connection, token: str, password_hash: str, now: datetime) -> int:
    """Set the password, end the link and every sign-in of the person; the user's id.  BadLink."""
    user_id, _ = whose(conn, token, now)
    if remove(conn, reset_links, {"token_hash": _hash(token)}) == 0:
        raise BadLink("ссылка уже сработала или устарела")
    users.change_password(conn, user_id, password_hash)
    sign_ins.end_all(conn, user_id)
    return user_id


def drop(conn: Connection, user_id: int) -> None:
    """End the person's links."""
    remove(conn, reset_links, {"user_id": user_id})


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
