"""The approved templates of a salon's WhatsApp number: one for each thing we say first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from beautybot.businesses import access
from beautybot.businesses.access import ChannelAccount
from beautybot.kit.errors import BeautyBotError, NotFound

OURS = "visit_reminder"
"""The reminder that we propose to Meta ourselves; it serves where the salon names no other."""
_NAME = re.compile(r"[a-z0-9_]{1,512}")


class Opening(StrEnum):
    """What a template is for; the value is its key in an account's details."""

    REMINDER = "reminder_template"
    WAITLIST = "waitlist_template"
    NUDGE = "nudge_template"


HOLES = {
    Opening.REMINDER: ("дата", "время", "услуги", "салон"),
    Opening.WAITLIST: ("дата", "время", "услуга и мастер", "до какого часа держим"),
    Opening.NUDGE: ("услуги", "мастер", "салон"),
}
"""What goes into {{1}}, {{2}}, … of each."""


class BadTemplate(BeautyBotError):
    """A name that no template of Meta's can have."""


@dataclass(frozen=True, slots=True)
class Named:
    """One purpose, the template that the salon has for it, and what Meta last said of that."""

    opening: Opening
    name: str | None
    decided: str


def listing(account: ChannelAccount) -> list[Named]:
    """Every purpose, with what is there for it."""
    known = _decided(account.details)
    names = {opening: _named(account.details, opening) for opening in Opening}
    return [Named(o, name, known.get(name or "", "")) for o, name in names.items()]


def rename(
    conn: Connection, business_id: int, names: Mapping[Opening, str]
) -> tuple[ChannelAccount, ...]:
    """
    Name the templates of every number of a salon; an empty name forgets one.

    BadTemplate for a name that cannot be, NotFound without a number: then
    nothing is changed.
    """
    kept = {opening: name.strip() for opening, name in names.items()}
    for opening, name in kept.items():
        if name and not _NAME.fullmatch(name):
            raise BadTemplate(
                f"{opening}: a template's name has small Latin letters, digits and _ only"
            )
    numbers = of_salon(conn, business_id)
    for account in numbers:
        details = {k: v for k, v in account.details.items() if k not in kept}
        details |= {str(opening): name for opening, name in kept.items() if name}
        access.note(conn, business_id, account.id, details=details)
    return of_salon(conn, business_id)


def of_salon(conn: Connection, business_id: int) -> tuple[ChannelAccount, ...]:
    """A salon's WhatsApp numbers; NotFound if there is none."""
    accounts = access.of_business(conn, business_id)
    numbers = tuple(a for a in accounts if a.channel == "whatsapp")
    if not numbers:
        raise NotFound("the salon has no WhatsApp number")
    return numbers


def template_of(details: Mapping[str, Any], opening: Opening) -> str | None:
    """The template that may open a closed window of this account; None while Meta refuses it."""
    decided = _decided(details)
    named = details.get(opening)
    if isinstance(named, str) and decided.get(named, "APPROVED") == "APPROVED":
        return named
    ours = opening is Opening.REMINDER and decided.get(OURS) == "APPROVED"
    return OURS if ours else None


def told(kept: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
    """An account's details with what the channel said of it; templates it left out stay known."""
    known = {"templates": {**_decided(kept), **_decided(news)}} if "templates" in news else {}
    return {**kept, **news, **known}


def _named(details: Mapping[str, Any], opening: Opening) -> str | None:
    named = details.get(opening)
    if isinstance(named, str):
        return named
    return OURS if opening is Opening.REMINDER and OURS in _decided(details) else None


def _decided(details: Mapping[str, Any]) -> Mapping[str, Any]:
    known = details.get("templates")
    return known if isinstance(known, dict) else {}
