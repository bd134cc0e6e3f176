"""What was offered of freed time: to whom, until when, and what they said."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select, update

from beautybot.booking.availability import Slot
from beautybot.booking.models import waitlist
from beautybot.kit.db import add_once
from beautybot.notifications.models import waitlist_offers


class Outcome(StrEnum):
    """What became of an offer."""

    OPEN = "open"
    TAKEN = "taken"
    DECLINED = "declined"
    SILENT = "silent"
    UNREACHED = "unreached"


@dataclass(frozen=True, slots=True)
class FreedOffer:
    """A time kept for one entry of the waitlist until `until`; `appointment_id` is its hold."""

    id: int
    waiting_id: int
    client_id: int
    appointment_id: int
    start: datetime
    people: tuple[int, ...]
    until: datetime
    message_id: int | None
    outcome: Outcome


def note(
    conn: Connection,
    business_id: int,
    waiting_id: int,
    slot: Slot,
    *,
    now: datetime,
    until: datetime,
    appointment_id: int = 0,
    outcome: Outcome = Outcome.OPEN,
) -> int | None:
    """Keep an offer; None if this entry was offered the very same time before."""
    return add_once(
        conn,
        waitlist_offers,
        {
            "business_id": business_id,
            "waitlist_id": waiting_id,
            "appointment_id": appointment_id,
            "starts_at": slot.start,
            "people": _people(slot.specialist_ids),
            "until": until,
            "at": now,
            "outcome": outcome,
        },
    )


def was_offered(conn: Connection, business_id: int, waiting_id: int) -> set[tuple[datetime, str]]:
    """The times this entry was offered already, as `of_slot` names them."""
    rows = conn.execute(
        select(waitlist_offers.c.starts_at, waitlist_offers.c.people).where(
            waitlist_offers.c.business_id == business_id,
            waitlist_offers.c.waitlist_id == waiting_id,
        )
    )
    return {(row.starts_at, row.people) for row in rows}


def of_slot(slot: Slot) -> tuple[datetime, str]:
    """By what a slot is known again."""
    return slot.start, _people(slot.specialist_ids)


def undecided(conn: Connection, business_id: int, now: datetime) -> set[int]:
    """The entries that still think; those that were silent for too long are marked so."""
    mine = (
        waitlist_offers.c.business_id == business_id,
        waitlist_offers.c.outcome == Outcome.OPEN,
    )
    conn.execute(
        update(waitlist_offers)
        .where(*mine, waitlist_offers.c.until <= now)
        .values(outcome=Outcome.SILENT)
    )
    return set(conn.execute(select(waitlist_offers.c.waitlist_id).where(*mine)).scalars())


def sent_in(
    conn: Connection, business_id: int, offer_id: int, conversation_id: int, message_id: int
) -> None:
    """The message that carries an offer."""
    where = {"conversation_id": conversation_id, "message_id": message_id}
    _change(conn, business_id, offer_id, **where)


def settle(conn: Connection, business_id: int, offer_id: int, outcome: Outcome) -> None:
    """Note what the client said."""
    _change(conn, business_id, offer_id, outcome=outcome)


def of_clients(
    conn: Connection, business_id: int, client_ids: Collection[int], offer_id: int
) -> FreedOffer | None:
    """An offer, if it was made to this person."""
    row = conn.execute(
        _OFFERS.where(
            waitlist_offers.c.business_id == business_id,
            waitlist_offers.c.id == offer_id,
            waitlist.c.business_id == business_id,
            waitlist.c.client_id.in_(client_ids),
        )
    ).first()
    return _offer(row) if row else None


def of_hold(conn: Connection, business_id: int, appointment_id: int) -> FreedOffer | None:
    """The offer that kept a time."""
    row = conn.execute(
        _OFFERS.where(
            waitlist_offers.c.business_id == business_id,
            waitlist.c.business_id == business_id,
            waitlist_offers.c.appointment_id == appointment_id,
        )
    ).first()
    return _offer(row) if row else None


_OFFERS = select(waitlist_offers, waitlist.c.client_id).join(
    waitlist, waitlist.c.id == waitlist_offers.c.waitlist_id
)


def _change(conn: Connection, business_id: int, offer_id: int, **values: Any) -> None:
    conn.execute(
        update(waitlist_offers)
        .where(waitlist_offers.c.business_id == business_id, waitlist_offers.c.id == offer_id)
        .values(**values)
    )


def _people(ids: tuple[int, ...]) -> str:
    return ",".join(str(i) for i in ids)[:120]


def _offer(row: Any) -> FreedOffer:
    return FreedOffer(
        id=row.id,
        waiting_id=row.waitlist_id,
        client_id=row.client_id,
        appointment_id=row.appointment_id,
        start=row.starts_at,
        people=tuple(int(i) for i in row.people.split(",") if i),
        until=row.until,
        message_id=row.message_id,
        outcome=Outcome(row.outcome),
    )
