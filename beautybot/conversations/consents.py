"""What a client has allowed us: personal data, advertising, and to be written to at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, insert, select, update

from beautybot.conversations.models import clients, consents


class Purpose(StrEnum):
    """What a yes is for; each is asked for by itself."""

    PERSONAL_DATA = "personal_data"
    ADVERTISING = "advertising"


@dataclass(frozen=True, slots=True)
class Proof:
    """Which text was agreed to, by its version and hash, and in which message."""

    text_version: str
    text_hash: str
    message_id: int | None


def give(
    conn: Connection,
    business_id: int,
    client_id: int,
    purpose: Purpose,
    proof: Proof,
    *,
    channel: str,
    now: datetime,
) -> None:
    """Keep the proof of a yes."""
    conn.execute(
        insert(consents).values(
            business_id=business_id,
            client_id=client_id,
            channel=channel,
            purpose=purpose,
            text_version=proof.text_version,
            text_hash=proof.text_hash,
            given_at=now,
            message_id=proof.message_id,
        )
    )


def withdraw(
    conn: Connection, business_id: int, client_id: int, purpose: Purpose, now: datetime
) -> None:
    """Take a yes back; the proof that it was once given stays."""
    conn.execute(
        update(consents)
        .where(
            consents.c.business_id == business_id,
            consents.c.client_id == client_id,
            consents.c.purpose == purpose,
            consents.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    )


def has(
    conn: Connection, business_id: int, client_id: int, purpose: Purpose = Purpose.PERSONAL_DATA
) -> bool:
    """True while a yes stands."""
    mine = {"business": business_id, "client": client_id, "purpose": str(purpose)}
    return conn.execute(_STANDING, mine).first() is not None


def has_on(conn: Connection, business_id: int, client_id: int, channel: str) -> bool:
    """True while a yes to personal data stands that was given on this channel."""
    found = conn.execute(
        select(consents.c.id)
        .where(
            consents.c.business_id == business_id,
            consents.c.client_id == client_id,
            consents.c.channel == channel,
            consents.c.purpose == Purpose.PERSONAL_DATA,
            consents.c.withdrawn_at.is_(None),
        )
        .limit(1)
    )
    return found.first() is not None


def was_asked(conn: Connection, business_id: int, client_id: int, purpose: Purpose) -> bool:
    """True if the client has ever said yes, also if it was taken back."""
    mine = {"business": business_id, "client": client_id, "purpose": str(purpose)}
    return conn.execute(_EVER, mine).first() is not None


_EVER = (
    select(consents.c.id)
    .where(
        consents.c.business_id == bindparam("business"),
        consents.c.client_id == bindparam("client"),
        consents.c.purpose == bindparam("purpose"),
    )
    .limit(1)
)
_STANDING = _EVER.where(consents.c.withdrawn_at.is_(None))


def opt_out(conn: Connection, business_id: int, client_id: int, at: datetime | None) -> None:
    """Stop writing to the client first, or (None) start again; advertising stops for good."""
    conn.execute(
        update(clients)
        .where(clients.c.business_id == business_id, clients.c.id == client_id)
        .values(opted_out_at=at)
    )
    if at is not None:
        withdraw(conn, business_id, client_id, Purpose.ADVERTISING, at)


def inherit(conn: Connection, business_id: int, *, keep: int, gone: int) -> None:
    """Two rows are one person: a yes of either stands for both, and so does a stop."""
    conn.execute(
        update(consents)
        .where(consents.c.business_id == business_id, consents.c.client_id == gone)
        .values(client_id=keep)
    )
    stopped: datetime | None = conn.execute(
        select(clients.c.opted_out_at).where(
            clients.c.business_id == business_id, clients.c.id == gone
        )
    ).scalar_one_or_none()
    if stopped is not None:
        opt_out(conn, business_id, keep, stopped)
