"""Who is writing: one person, known by several identities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from beautybot.channels.base import Identity, IdentityKind
from beautybot.conversations import consents
from beautybot.conversations.models import clients, conversations, identities
from beautybot.kit.db import add, add_once, change, one
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
    owners = _owners(conn, business_id, known_as)
    if _recycled(conn, business_id, known_as, owners):
        owners = {}
    client_id = next((owners[i] for i in known_as if i in owners), None)
    new = client_id is None
    if client_id is None:
        client_id = _create(conn, business_id, name, phone, now)
    for other in sorted(set(owners.values()) - {client_id}):
        merge(conn, business_id, keep=client_id, gone=other)
    for identity in known_as:
        if owners.get(identity) != client_id:
            _claim(conn, business_id, channel, identity, client_id, now)
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


def search(conn: Connection, business_id: int, words: str, *, limit: int = 50) -> list[Found]:
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


def rekey(
    conn: Connection, business_id: int, channel: str, old: Identity, new: Identity, now: datetime
) -> None:
    """Move a client to a new identity on the channel's own word; doing it twice is harmless."""
    owners = _owners(conn, business_id, [old, new])
    client_id = owners.get(old)
    if client_id is None:
        return
    if owners.get(new) not in (None, client_id):
        merge(conn, business_id, keep=client_id, gone=owners[new])
    _claim(conn, business_id, channel, new, client_id, now)


def merge(conn: Connection, business_id: int, *, keep: int, gone: int) -> None:
    """
    Two rows turn out to be one person: identities move, records stay findable.

    A "do not write to me" of either is in force for both; so is a consent.
    """
    conn.execute(
        update(identities)
        .where(identities.c.business_id == business_id, identities.c.client_id == gone)
        .values(client_id=keep)
    )
    taken = select(conversations.c.account_id).where(
        conversations.c.business_id == business_id, conversations.c.client_id == keep
    )
    conn.execute(
        update(conversations)
        .where(
            conversations.c.business_id == business_id,
            conversations.c.client_id == gone,
            conversations.c.account_id.not_in(taken),
        )
        .values(client_id=keep)
    )
    consents.inherit(conn, business_id, keep=keep, gone=gone)
    conn.execute(
        update(clients)
        .where(clients.c.business_id == business_id, clients.c.merged_into == gone)
        .values(merged_into=keep)
    )
    conn.execute(
        update(clients)
        .where(clients.c.business_id == business_id, clients.c.id == gone)
        .values(merged_into=keep)
    )


def _owners(
    conn: Connection, business_id: int, known_as: Sequence[Identity]
) -> dict[Identity, int]:
    rows = conn.execute(_OWNERS, {"business": business_id, "values": [i.value for i in known_as]})
    found = {Identity(IdentityKind(row.kind), row.value): row.client_id for row in rows}
    return {i: found[i] for i in known_as if i in found}


_OWNERS = select(identities.c.kind, identities.c.value, identities.c.client_id).where(
    identities.c.business_id == bindparam("business"),
    identities.c.value.in_(bindparam("values", expanding=True)),
)


def _recycled(
    conn: Connection,
    business_id: int,
    known_as: Sequence[Identity],
    owners: dict[Identity, int],
) -> bool:
    new_bsuid = [i for i in known_as if i.kind is IdentityKind.WA_BSUID and i not in owners]
    phones = [i for i in known_as if i.kind is IdentityKind.WA_PHONE and i in owners]
    if not new_bsuid or not phones:
        return False
    other = conn.execute(
        select(identities.c.id)
        .where(
            identities.c.business_id == business_id,
            identities.c.client_id == owners[phones[0]],
            identities.c.kind == IdentityKind.WA_BSUID,
        )
        .limit(1)
    ).first()
    return other is not None


def _create(
    conn: Connection, business_id: int, name: str | None, phone: str | None, now: datetime
) -> int:
    return add(
        conn,
        clients,
        {"business_id": business_id, "name": name, "phone": phone, "created_at": now},
    )


def _claim(
    conn: Connection,
    business_id: int,
    channel: str,
    identity: Identity,
    client_id: int,
    now: datetime,
) -> None:
    values = {
        "business_id": business_id,
        "client_id": client_id,
        "channel": channel,
        "kind": identity.kind,
        "value": identity.value,
        "created_at": now,
    }
    if add_once(conn, identities, values) is None:
        mine = {"business_id": business_id, "kind": identity.kind, "value": identity.value}
        change(conn, identities, mine, {"client_id": client_id})


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
