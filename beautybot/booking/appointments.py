"""
The life of an appointment; the only writer of visits and of busy time.

held → booked → completed or no_show; cancelled from either.  Every change
leaves a record of who, when and why.  A move frees the old time and takes the
new one in one transaction.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from beautybot.booking.availability import Slot
from beautybot.booking.models import (
    appointment_changes,
    appointment_parts,
    appointments,
    busy_spans,
)
from beautybot.booking.occupancy import (
    SlotTaken,
    forget,
    occupy,
    still_occupies,
    vacate,
    write_parts,
)
from beautybot.booking.visits import Appointment, Status, get, last_visit, listing, of_client
from beautybot.businesses.salons import Business
from beautybot.kit.db import across_salons
from beautybot.kit.errors import BeautyBotError, NotFound

# Letters and digits that nobody mixes up on the phone.
_NUMBER_SIGNS = "23456789"


class TooLate(BeautyBotError):
    """So shortly before the visit only a person may change it."""


class NotPossible(BeautyBotError):
    """The appointment is not in a state in which this can be done."""


def hold(
    conn: Connection,
    business: Business,
    slot: Slot,
    *,
    client_id: int | None,
    source: str,
    now: datetime,
    until: datetime,
    idempotency_key: str | None = None,
) -> Appointment:
    """
    Keep a time until the client has said yes; SlotTaken if it is gone.

    A second call with the same key gives the first hold again.
    """
    if idempotency_key is not None:
        again = _by_key(conn, business.id, idempotency_key)
        if again is not None:
            return get(conn, business.id, again)
    free_expired(conn, business.id, now)
    price = slot.price
    appointment_id: int = conn.execute(
        insert(appointments)
        .values(
            business_id=business.id,
            number=_new_number(conn, business.id),
            client_id=client_id,
            status=Status.HELD,
            source=source,
            starts_at=slot.start,
            ends_at=slot.end,
            timezone=business.timezone,
            local_start=slot.start.astimezone(business.zone).isoformat(timespec="minutes"),
            hold_until=until,
            price_minor=price.minor,
            price_max_minor=price.upto_minor,
            price_from=price.is_from,
            currency=price.currency,
            idempotency_key=idempotency_key,
            created_at=now,
        )
        .returning(appointments.c.id)
    ).scalar_one()
    write_parts(conn, business.id, appointment_id, slot)
    occupy(conn, business.id, appointment_id, slot)
    _note(conn, business.id, appointment_id, "held", source, now)
    return get(conn, business.id, appointment_id)


def confirm(
    conn: Connection,
    business: Business,
    appointment_id: int,
    *,
    now: datetime,
    by: str,
    name: str | None = None,
    phone: str | None = None,
) -> Appointment:
    """
    Turn a hold into a booking; doing it twice gives the same booking.

    An expired hold still counts while its time is free; else SlotTaken.
    """
    visit = get(conn, business.id, appointment_id)
    if visit.status is Status.BOOKED:
        return visit
    if visit.status is not Status.HELD:
        raise NotPossible("only a held time can be booked")
    if not still_occupies(conn, business.id, appointment_id):
        raise SlotTaken("the time was given to somebody else after the hold had expired")
    _set(
        conn,
        business.id,
        appointment_id,
        status=Status.BOOKED,
        hold_until=None,
        confirmed_at=now,
        client_name=name,
        client_phone=phone,
    )
    _note(conn, business.id, appointment_id, "booked", by, now)
    return get(conn, business.id, appointment_id)


def extend(conn: Connection, business_id: int, appointment_id: int, *, until: datetime) -> None:
    """Keep a held time for longer; what is not held any more stays as it is."""
    conn.execute(
        update(appointments)
        .where(
            appointments.c.business_id == business_id,
            appointments.c.id == appointment_id,
            appointments.c.status == Status.HELD,
        )
        .values(hold_until=until)
    )


def adopt(conn: Connection, business_id: int, appointment_id: int, client_id: int) -> None:
    """The client who confirms a hold made for nobody known is the one it is for."""
    _set(conn, business_id, appointment_id, client_id=client_id)


def note_confirmed(
    conn: Connection, business_id: int, appointment_id: int, *, now: datetime
) -> None:
    """The client answered a reminder: they will come."""
    _note(conn, business_id, appointment_id, "will_come", "client", now)


def release(conn: Connection, business_id: int, appointment_id: int, *, now: datetime) -> None:
    """Give a held time back; what is booked already stays."""
    row = conn.execute(
        select(appointments.c.status).where(
            appointments.c.business_id == business_id, appointments.c.id == appointment_id
        )
    ).one_or_none()
    if row is not None and row.status == Status.HELD:
        forget(conn, business_id, [appointment_id])


def cancel(
    conn: Connection,
    business: Business,
    appointment_id: int,
    *,
    now: datetime,
    by: str,
    why: str = "",
    client_id: int | None = None,
    enforce_policy: bool = True,
) -> Appointment:
    """Cancel a booking and free its time; TooLate inside the salon's window."""
    visit = _own(conn, business, appointment_id, client_id)
    if visit.status is Status.CANCELLED:
        return visit
    _check_changeable(business, visit, now, enforce_policy)
    _set(conn, business.id, appointment_id, status=Status.CANCELLED, hold_until=None)
    vacate(conn, business.id, appointment_id)
    _note(conn, business.id, appointment_id, "cancelled", by, now, why, visit.start)
    return get(conn, business.id, appointment_id)


def move(
    conn: Connection,
    business: Business,
    appointment_id: int,
    *,
    now: datetime,
    by: str,
    to_hold: int | None = None,
    slot: Slot | None = None,
    why: str = "",
    client_id: int | None = None,
    enforce_policy: bool = True,
) -> Appointment:
    """
    The same appointment at another time: a held one, or a slot.

    The old time is freed and the new one taken in this transaction; SlotTaken
    leaves the appointment where it was (the caller's transaction is undone).
    """
    visit = _own(conn, business, appointment_id, client_id)
    if to_hold is not None and visit.start == get(conn, business.id, to_hold).start:
        forget(conn, business.id, [to_hold])
        return visit
    _check_changeable(business, visit, now, enforce_policy)
    vacate(conn, business.id, appointment_id)
    if to_hold is not None:
        _take_over(conn, business, appointment_id, to_hold)
    elif slot is not None:
        free_expired(conn, business.id, now)
        _rewrite(conn, business, appointment_id, slot)
    else:
        raise NotPossible("a move needs a new time")
    _note(conn, business.id, appointment_id, "moved", by, now, why, visit.start)
    return get(conn, business.id, appointment_id)


def complete(
    conn: Connection, business: Business, appointment_id: int, *, now: datetime, by: str
) -> Appointment:
    """The client came."""
    return _end(conn, business, appointment_id, Status.COMPLETED, now=now, by=by)


def no_show(
    conn: Connection, business: Business, appointment_id: int, *, now: datetime, by: str
) -> Appointment:
    """The client did not come."""
    return _end(conn, business, appointment_id, Status.NO_SHOW, now=now, by=by)


def expire_holds(conn: Connection, now: datetime, limit: int = 500) -> int:
    """Drop the holds of every salon whose time is over; how many there were."""
    rows = conn.execute(
        across_salons(
            select(appointments.c.id, appointments.c.business_id)
            .where(appointments.c.status == Status.HELD, appointments.c.hold_until <= now)
            .limit(limit)
        )
    ).all()
    for row in rows:
        forget(conn, row.business_id, [row.id])
    return len(rows)


def free_expired(conn: Connection, business_id: int, now: datetime) -> None:
    """Drop the salon's holds whose time is over, so that they do not stand in the way."""
    expired = (
        conn.execute(
            select(appointments.c.id).where(
                appointments.c.business_id == business_id,
                appointments.c.status == Status.HELD,
                appointments.c.hold_until <= now,
            )
        )
        .scalars()
        .all()
    )
    if expired:
        forget(conn, business_id, list(expired))


def _end(
    conn: Connection,
    business: Business,
    appointment_id: int,
    status: Status,
    *,
    now: datetime,
    by: str,
) -> Appointment:
    visit = get(conn, business.id, appointment_id)
    if visit.status not in (Status.BOOKED, Status.COMPLETED, Status.NO_SHOW):
        raise NotPossible(f"a visit that is {visit.status} cannot become {status}")
    if visit.start > now:
        raise NotPossible("the visit has not begun yet")
    _set(conn, business.id, appointment_id, status=status)
    _note(conn, business.id, appointment_id, status, by, now)
    return get(conn, business.id, appointment_id)


def _own(
    conn: Connection, business: Business, appointment_id: int, client_id: int | None
) -> Appointment:
    visit = get(conn, business.id, appointment_id)
    if client_id is not None and visit.client_id != client_id:
        raise NotFound("there is no such appointment")
    return visit


def _check_changeable(
    business: Business, visit: Appointment, now: datetime, enforce_policy: bool
) -> None:
    if visit.status not in (Status.BOOKED, Status.HELD):
        raise NotPossible(f"the appointment is {visit.status} already")
    window = timedelta(hours=business.settings.cancel_window_h)
    if enforce_policy and now > visit.start - window:
        raise TooLate(f"less than {business.settings.cancel_window_h} h are left")


def _take_over(conn: Connection, business: Business, appointment_id: int, held: int) -> None:
    """Give a hold's time to a booked appointment; the hold is gone."""
    if not still_occupies(conn, business.id, held):
        raise SlotTaken("the new time was given to somebody else")
    new = get(conn, business.id, held)
    mine = appointment_parts.c.business_id == business.id
    conn.execute(
        delete(appointment_parts).where(mine, appointment_parts.c.appointment_id == appointment_id)
    )
    conn.execute(
        update(appointment_parts)
        .where(mine, appointment_parts.c.appointment_id == held)
        .values(appointment_id=appointment_id)
    )
    conn.execute(
        update(busy_spans)
        .where(busy_spans.c.business_id == business.id, busy_spans.c.appointment_id == held)
        .values(appointment_id=appointment_id)
    )
    _set(
        conn,
        business.id,
        appointment_id,
        starts_at=new.start,
        ends_at=new.end,
        local_start=new.start.astimezone(business.zone).isoformat(timespec="minutes"),
        price_minor=new.price.minor,
        price_max_minor=new.price.upto_minor,
        price_from=new.price.is_from,
    )
    forget(conn, business.id, [held])


def _rewrite(conn: Connection, business: Business, appointment_id: int, slot: Slot) -> None:
    conn.execute(
        delete(appointment_parts).where(
            appointment_parts.c.business_id == business.id,
            appointment_parts.c.appointment_id == appointment_id,
        )
    )
    _set(
        conn,
        business.id,
        appointment_id,
        starts_at=slot.start,
        ends_at=slot.end,
        local_start=slot.start.astimezone(business.zone).isoformat(timespec="minutes"),
        price_minor=slot.price.minor,
        price_max_minor=slot.price.upto_minor,
        price_from=slot.price.is_from,
    )
    write_parts(conn, business.id, appointment_id, slot)
    occupy(conn, business.id, appointment_id, slot)


def _set(conn: Connection, business_id: int, appointment_id: int, **values: Any) -> None:
    conn.execute(
        update(appointments)
        .where(appointments.c.business_id == business_id, appointments.c.id == appointment_id)
        .values(**values)
    )


def _note(
    conn: Connection,
    business_id: int,
    appointment_id: int,
    kind: str,
    by: str,
    now: datetime,
    why: str = "",
    was_start: datetime | None = None,
) -> None:
    conn.execute(
        insert(appointment_changes).values(
            business_id=business_id,
            appointment_id=appointment_id,
            kind=kind,
            by=by,
            at=now,
            why=why,
            was_start=was_start,
        )
    )


def _by_key(conn: Connection, business_id: int, key: str) -> int | None:
    found: int | None = conn.execute(
        select(appointments.c.id).where(
            appointments.c.business_id == business_id, appointments.c.idempotency_key == key
        )
    ).scalar_one_or_none()
    return found


def _new_number(conn: Connection, business_id: int) -> str:
    """A number people can say: six digits that no other appointment of the salon has."""
    while True:
        number = "".join(secrets.choice(_NUMBER_SIGNS) for _ in range(6))
        taken = conn.execute(
            select(appointments.c.id).where(
                appointments.c.business_id == business_id, appointments.c.number == number
            )
        ).first()
        if taken is None:
            return number


__all__ = [
    "Appointment",
    "NotPossible",
    "SlotTaken",
    "Status",
    "TooLate",
    "cancel",
    "complete",
    "confirm",
    "expire_holds",
    "free_expired",
    "get",
    "hold",
    "last_visit",
    "listing",
    "move",
    "no_show",
    "of_client",
    "release",
]
