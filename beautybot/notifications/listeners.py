"""Who hears a notice, and where."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from beautybot.businesses import choices, users
from beautybot.businesses.choices import Choices
from beautybot.businesses.notices import Notice
from beautybot.businesses.users import Member, Role

HEARS = frozenset({Role.OWNER, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Reach:
    """What the installation can speak by."""

    telegram: bool
    mail: bool


@dataclass(frozen=True, slots=True)
class Listener:
    """A person, and the one place where they hear: telegram before mail."""

    user_id: int
    channel: str
    address: str
    choices: Choices
    many_salons: bool


def of_notice(conn: Connection, notice: Notice, reach: Reach) -> list[Listener]:
    """
    Whoever is to hear it: the owners and admins who want to.

    A notice `to` one person goes to that person, while they can be reached.
    """
    people = [m for m in users.of_business(conn, notice.business_id) if m.role in HEARS]
    everybody = [one for m in people if (one := _listener(conn, m, notice, reach))]
    to = notice.details.get("to")
    return [one for one in everybody if one.user_id == to] or everybody


def _listener(conn: Connection, member: Member, notice: Notice, reach: Reach) -> Listener | None:
    chosen = choices.of_user(conn, member.user_id)
    if not chosen.hears(notice.kind):
        return None
    many = len(users.of_email(conn, member.email)) > 1
    if member.telegram_chat_id and reach.telegram:
        return Listener(member.user_id, "telegram", member.telegram_chat_id, chosen, many)
    if reach.mail and chosen.by_mail:
        return Listener(member.user_id, "mail", member.email, chosen, many)
    return None
