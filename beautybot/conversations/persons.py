"""One person behind several addresses: how they are known, and who may be the same."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from beautybot.businesses.models import channel_accounts
from beautybot.conversations import clients, identities as identities_of
from beautybot.conversations.clients import Found
from beautybot.conversations.models import clients as table, conversations, identities
from beautybot.kit.errors import BeautyBotError, NotFound


class SamePerson(BeautyBotError):
    """A card cannot be merged with itself."""


@dataclass(frozen=True, slots=True)
class KnownAs:
    """One identity of a person."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class TalkOf:
    """One conversation of a person."""

    id: int
    channel: str


def known_as(conn: Connection, business_id: int, client_id: int) -> list[KnownAs]:
    """Every identity of a person."""
    rows = conn.execute(
        select(identities.c.kind, identities.c.value)
        .where(identities.c.business_id == business_id, identities.c.client_id == client_id)
        .order_by(identities.c.id)
    )
    return [KnownAs(r.kind, r.value) for r in rows]


def talks_of(conn: Connection, business_id: int, client_id: int) -> list[TalkOf]:
    """Every conversation with a person, also those begun before their cards were merged."""
    ids = clients.everything_of(conn, business_id, client_id)
    rows = conn.execute(
        select(conversations.c.id, channel_accounts.c.channel)
        .join(channel_accounts, channel_accounts.c.id == conversations.c.account_id)
        .where(
            conversations.c.business_id == business_id,
            channel_accounts.c.business_id == business_id,
            conversations.c.client_id.in_(ids),
        )
        .order_by(conversations.c.id)
    )
    return [TalkOf(r.id, r.channel) for r in rows]


def alike(conn: Connection, business_id: int, client_id: int) -> list[Found]:
    """Other cards with the same phone or the same name: perhaps the same person."""
    client = clients.get(conn, business_id, client_id)
    same = []
    if client.phone:
        same.append(table.c.phone == client.phone)
    if client.name and len(client.name) > 2:
        same.append(table.c.name == client.name)
    found: dict[int, Found] = {}
    for condition in same:
        rows = conn.execute(
            select(table)
            .where(
                table.c.business_id == business_id,
                table.c.merged_into.is_(None),
                table.c.id != client_id,
                condition,
            )
            .limit(5)
        )
        found |= {r.id: Found(r.id, r.name, r.phone, 0) for r in rows}
    return list(found.values())


def join(conn: Connection, business_id: int, *, keep: int, gone: int) -> None:
    """Two cards are one person, says the salon; SamePerson, NotFound."""
    if keep == gone:
        raise SamePerson("это одна и та же карточка")
    kept, other = (clients.get(conn, business_id, i) for i in (keep, gone))
    if _merged(conn, business_id, keep) or _merged(conn, business_id, gone):
        raise NotFound("there is no such client")
    identities_of.merge(conn, business_id, keep=keep, gone=gone)
    clients.rename(
        conn,
        business_id,
        keep,
        name=other.name if not kept.name else None,
        phone=other.phone if not kept.phone else None,
    )


def _merged(conn: Connection, business_id: int, client_id: int) -> bool:
    into = conn.execute(
        select(table.c.merged_into).where(
            table.c.business_id == business_id, table.c.id == client_id
        )
    ).scalar_one()
    return into is not None
