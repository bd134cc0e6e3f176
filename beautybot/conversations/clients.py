"""Who is writing: one person, known by several identities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from beautybot.channels.base import Identity, IdentityKind
from beautybot.conversations import consents, identities
from beautybot.conversations.models import clients, conversations
from beautybot.kit.db import add, change, one
from beautybot.kit.errors import NotFound


@dataclass(frozen=True, slots=True)
class Client:
    """The person who writes to the salon; the phone is E.164, the name is the client's own word."""

    id: int
    name: str | None
    phone: str | None
    opted_out: bool
    consented: bool


def recognise(
    conn: Connection,
    business_id: int,
    channel: str,
    known_as: Sequence[Identity],
    *,
    name: str | None,
    phone: str | None,
    now: datetime,
) -> int:
    """
    The client behind the identities of one message; a new one if nobody fits.

    Identities that come together belong to one person from then on.  A known
    phone beside another BSUID than before may be a recycled number: that is a
    new person, and sees nothing of the old one's history.
    """
    owners = identities.owners_of(conn, business_id, known_as)
    if identities.recycled(conn, business_id, known_as, owners):
        owners = {i: o for i, o in owners.items() if i.kind is not IdentityKind.WA_PHONE}
    client_id = next((owners[i] for i in known_as if i in owners), None)
    new = client_id is None
    if client_id is None:
        client_id = _create(conn, business_id, name, phone, now)
    for other in sorted(set(owners.values()) - {client_id}):
        identities.merge(conn, business_id, keep=client_id, gone=other)
    for identity in known_as:
        if owners.get(identity) != client_id:
            identities.claim(conn, business_id, channel, identity, client_id, now)
    if not new and (name or phone):
        _learn(conn, business_id, client_id, name, phone)
    return client_id


def get(conn: Connection, business_id: int, client_id: int) -> Client:
    """A client of that salon; NotFound."""
    row = one(conn, clients, {"business_id": business_id, "id": client_id})
    if row is None:
        raise NotFound("there is no such client")
    consented = consents.has(conn, business_id, client_id)
    return Client(row.id, row.name, row.phone, row.opted_out_at is not None, consented)


@dataclass(frozen=True, slots=True)
class Found:
    """A client in a list."""

    id: int
    name: str | None
    phone: str | None
    talks: int


def search(
    conn: Connection, business_id: int, words: str, *, limit: int = 50, offset: int = 0
) -> list[Found]:
    """Clients whose name or phone holds the words; the newest where there are none."""
    talks = (
        select(conversations.c.client_id, func.count().label("talks"))
        .where(conversations.c.business_id == business_id)
        .group_by(conversations.c.client_id)
        .subquery()
    )
    found = (
        select(clients, talks.c.talks)
        .outerjoin(talks, talks.c.client_id == clients.c.id)
        .where(clients.c.business_id == business_id, clients.c.merged_into.is_(None))
        .order_by(clients.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    if words:
        named = clients.c.name.contains(words, autoescape=True)
        titled = clients.c.name.contains(words.capitalize(), autoescape=True)
        phone = clients.c.phone.contains(words, autoescape=True)
        found = found.where(named | titled | phone)
    return [Found(r.id, r.name, r.phone, r.talks or 0) for r in conn.execute(found)]


def everything_of(conn: Connection, business_id: int, client_id: int) -> tuple[int, ...]:
    """The ids under which this person's records are kept, the one that lives on first."""
    kept = living(conn, business_id, client_id)
    merged = conn.execute(
        select(clients.c.id).where(
            clients.c.business_id == business_id, clients.c.merged_into == kept
        )
    ).scalars()
    return (kept, *merged)


def living(conn: Connection, business_id: int, client_id: int) -> int:
    """The row that speaks for this person: another one if two turned out to be one person."""
    kept: int | None = conn.execute(
        select(clients.c.merged_into).where(
            clients.c.business_id == business_id, clients.c.id == client_id
        )
    ).scalar_one_or_none()
    return client_id if kept is None else kept


def rename(
    conn: Connection,
    business_id: int,
    client_id: int,
    *,
    name: str | None = None,
    phone: str | None = None,
) -> None:
    """Keep what the client said of itself."""
    values = {k: v for k, v in (("name", name), ("phone", phone)) if v}
    if values:
        change(conn, clients, {"business_id": business_id, "id": client_id}, values)


def _create(
    conn: Connection, business_id: int, name: str | None, phone: str | None, now: datetime
) -> int:
    return add(
        conn,
        clients,
        {"business_id": business_id, "name": name, "phone": phone, "created_at": now},
    )


def _learn(
    conn: Connection, business_id: int, client_id: int, name: str | None, phone: str | None
) -> None:
    row = one(conn, clients, {"business_id": business_id, "id": client_id})
    assert row is not None
    rename(
        conn,
        business_id,
        client_id,
        name=name if not row.name else None,
        phone=phone if not row.phone else None,
    )
