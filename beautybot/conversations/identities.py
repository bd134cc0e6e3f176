"""By what a client is known: phones, business-scoped ids, Telegram ids; one person has several."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from beautybot.channels.base import Identity, IdentityKind
from beautybot.conversations import consents
from beautybot.conversations.models import clients, conversations, identities
from beautybot.kit.db import add_once, change, remove

# What is known of either of two who turn out to be one.
_LEARNED = ("name", "phone", "language")


def rekey(
    conn: Connection, business_id: int, channel: str, old: Identity, new: Identity, now: datetime
) -> int | None:
    """
    Move a client to a new identity on the channel's own word; whose it is, None if nobody's.

    Doing it twice is harmless.  The old phone is let go: it will be another
    person's one day, who must see nothing of this one.  An old BSUID is nobody
    else's ever, and a late message may still carry it.
    """
    owners = owners_of(conn, business_id, [old, new])
    client_id = owners.get(old)
    if client_id is None:
        return None
    if owners.get(new) not in (None, client_id):
        merge(conn, business_id, keep=client_id, gone=owners[new])
    claim(conn, business_id, channel, new, client_id, now)
    if old.kind is IdentityKind.WA_PHONE:
        mine = {"business_id": business_id, "kind": old.kind, "value": old.value}
        remove(conn, identities, mine)
        same = {"business_id": business_id, "id": client_id, "phone": f"+{old.value}"}
        if new.kind is IdentityKind.WA_PHONE:
            change(conn, clients, same, {"phone": f"+{new.value}"})
    return client_id


def merge(conn: Connection, business_id: int, *, keep: int, gone: int) -> None:
    """
    Two rows turn out to be one person: identities move, records stay findable.

    A "do not write to me" of either is in force for both; so is a consent.
    """
    mine = (clients.c.business_id == business_id, clients.c.id.in_((keep, gone)))
    rows = {row.id: row for row in conn.execute(select(clients).where(*mine))}
    one, other = rows[keep], rows[gone]
    learned = {name: getattr(one, name) or getattr(other, name) for name in _LEARNED}
    change(conn, clients, {"business_id": business_id, "id": keep}, learned)
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


def owners_of(
    conn: Connection, business_id: int, known_as: Sequence[Identity]
) -> dict[Identity, int]:
    """Whose each of the identities is, where it is somebody's."""
    rows = conn.execute(_OWNERS, {"business": business_id, "values": [i.value for i in known_as]})
    found = {Identity(IdentityKind(row.kind), row.value): row.client_id for row in rows}
    return {i: found[i] for i in known_as if i in found}


_OWNERS = select(identities.c.kind, identities.c.value, identities.c.client_id).where(
    identities.c.business_id == bindparam("business"),
    identities.c.value.in_(bindparam("values", expanding=True)),
)


def recycled(
    conn: Connection,
    business_id: int,
    known_as: Sequence[Identity],
    owners: dict[Identity, int],
) -> bool:
    """
    A known phone beside another id of the same messenger than before.

    The phone may be a new person's by now, who must see nothing of the old one's.
    """
    phone = next((i for i in known_as if i.kind is IdentityKind.WA_PHONE and i in owners), None)
    beside = [i for i in known_as if i.kind is not IdentityKind.WA_PHONE]
    if phone is None or not beside:
        return False
    theirs = conn.execute(
        select(identities.c.kind, identities.c.value).where(
            identities.c.business_id == business_id,
            identities.c.client_id == owners[phone],
            identities.c.kind.in_({i.kind for i in beside}),
        )
    ).all()
    known = {(row.kind, row.value) for row in theirs}
    return bool(known) and not any((i.kind, i.value) in known for i in beside)


def claim(
    conn: Connection,
    business_id: int,
    channel: str,
    identity: Identity,
    client_id: int,
    now: datetime,
) -> None:
    """Make an identity the client's own, whosever it was."""
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
