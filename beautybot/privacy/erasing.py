"""
Erasing a person: the rows go, or stay without the person; the words go from everything else.

One transaction.  Afterwards `Database.scrub` leaves no trace of them in the
file and its log; a job does that where a server runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, LargeBinary, delete, func, literal, select, update

from beautybot.booking import appointments, holds
from beautybot.booking.models import appointments as appointment_rows
from beautybot.booking.visits import Status
from beautybot.businesses import journal
from beautybot.businesses.models import audit_log, notices
from beautybot.businesses.salons import Business
from beautybot.conversations.models import clients, consents, inbound_events
from beautybot.kit import jobs
from beautybot.kit.db import insert
from beautybot.kit.errors import BeautyBotError
from beautybot.notifications.models import owner_messages
from beautybot.privacy.fates import FATES, Fate, Link
from beautybot.privacy.models import erasures
from beautybot.privacy.person import Person, find

SCRUB = "scrub"
HIDDEN = "•••"


class HasVisits(BeautyBotError):
    """The client is booked for a time to come: cancel that first, or say that erasing does."""

    def __init__(self, numbers: tuple[str, ...]) -> None:
        super().__init__(
            f"the client still has visits ({', '.join(numbers)}); cancel them first, "
            "or erase with --cancel-visits"
        )
        self.numbers = numbers


@dataclass(frozen=True, slots=True)
class Erased:
    """How much of a person there was: rows that are gone, rows that stay without them, events."""

    gone: int
    blanked: int
    events: int


def erase(
    conn: Connection,
    business: Business,
    client_id: int,
    *,
    by: str,
    now: datetime,
    cancel_visits: bool = False,
) -> Erased:
    """
    Erase a client of a salon, with all merged rows, and keep a tombstone that names nobody.

    The salon's visits stay, without name, phone and note.  HasVisits if some
    are still to come and may not be cancelled; NotFound.
    """
    person = find(conn, business.id, client_id)
    _end_visits(conn, business, person, by=by, now=now, cancel=cancel_visits)
    _bury(conn, person, by=by, now=now)
    erased = forget(conn, person)
    journal.note(conn, business.id, by, f"удалил данные клиента {client_id} по запросу", now)
    jobs.put(conn, SCRUB, f"{now:%Y-%m-%dT%H:%M:%S.%f}", {}, due_at=now, now=now)
    return erased


def forget(conn: Connection, person: Person) -> Erased:
    """Take a person out of every table."""
    _forget_words(conn, person)
    events = sum(_forget_events(conn, mark) for mark in sorted(person.marks))
    gone = blanked = 0
    for fate in FATES:
        rows = person.rows(conn, fate)
        for row in rows:
            _meet(conn, person.business_id, fate, row.id)
        if fate.blank:
            blanked += len(rows)
        else:
            gone += len(rows)
    return Erased(gone, blanked, events)


def _meet(conn: Connection, business_id: int, fate: Fate, row_id: int) -> None:
    mine = (fate.table.c.business_id == business_id, fate.table.c.id == row_id)
    if fate.blank:
        conn.execute(update(fate.table).where(*mine).values(**fate.blank))
    else:
        conn.execute(delete(fate.table).where(*mine))


def _end_visits(
    conn: Connection, business: Business, person: Person, *, by: str, now: datetime, cancel: bool
) -> None:
    mine = (
        appointment_rows.c.business_id == business.id,
        appointment_rows.c.id.in_(person.ids[Link.APPOINTMENTS]),
    )
    rows = conn.execute(select(appointment_rows).where(*mine)).all()
    coming = [r for r in rows if r.status == Status.BOOKED and r.ends_at > now]
    if coming and not cancel:
        raise HasVisits(tuple(r.number for r in coming))
    for row in coming:
        appointments.cancel(conn, business, row.id, now=now, by=by, enforce_policy=False)
    for row in rows:
        if row.status == Status.HELD:
            holds.release(conn, business.id, row.id, now=now)


def _bury(conn: Connection, person: Person, *, by: str, now: datetime) -> None:
    """One tombstone for each of the person's rows, and the proof of the consents there were."""
    mine = consents.c.business_id == person.business_id
    agreed = conn.execute(
        select(consents).where(mine, consents.c.client_id.in_(person.ids[Link.CLIENTS]))
    )
    proofs = [
        {
            "purpose": c.purpose,
            "text_version": c.text_version,
            "text_hash": c.text_hash,
            "given_at": c.given_at.isoformat(),
            "withdrawn_at": c.withdrawn_at.isoformat() if c.withdrawn_at else None,
        }
        for c in agreed
    ]
    of_person = clients.c.id.in_(person.ids[Link.CLIENTS])
    for row in conn.execute(
        select(clients).where(clients.c.business_id == person.business_id, of_person)
    ).all():
        conn.execute(
            insert(conn, erasures).values(
                business_id=person.business_id,
                client_id=row.id,
                client_created_at=row.created_at,
                erased_at=now,
                by=by,
                consents=proofs,
            )
        )


def _forget_words(conn: Connection, person: Person) -> None:
    """Notices about the person go; the journal keeps what was done and loses with whom."""
    _forget_letters(conn, person)
    for row in conn.execute(select(notices).where(notices.c.business_id == person.business_id)):
        if _speaks_of(person, row.text, row.details):
            conn.execute(
                delete(notices).where(
                    notices.c.business_id == person.business_id, notices.c.id == row.id
                )
            )
    for row in conn.execute(select(audit_log).where(audit_log.c.business_id == person.business_id)):
        what = _without(person, row.what)
        if what != row.what or _speaks_of(person, "", row.details):
            conn.execute(
                update(audit_log)
                .where(audit_log.c.business_id == person.business_id, audit_log.c.id == row.id)
                .values(what=what, details={})
            )


def _forget_letters(conn: Connection, person: Person) -> None:
    """What the salon's people were told of the person; before the notices it was told from."""
    mine = owner_messages.c.business_id == person.business_id
    told = notices.c.business_id == person.business_id
    about = {
        row.id
        for row in conn.execute(select(notices).where(told))
        if _speaks_of(person, row.text, row.details)
    }
    for row in conn.execute(select(owner_messages).where(mine)).all():
        context = {
            "conversation_id": row.context.get("talk"),
            "appointment_id": row.context.get("visit"),
        }
        if row.notice_id in about or _speaks_of(person, row.text, row.context | context):
            conn.execute(delete(owner_messages).where(mine, owner_messages.c.id == row.id))


def _speaks_of(person: Person, text: str, details: Any) -> bool:
    if details.get("conversation_id") in person.ids[Link.CONVERSATIONS]:
        return True
    if details.get("appointment_id") in person.ids[Link.APPOINTMENTS]:
        return True
    words = f"{text} {details}"
    return any(mark in words for mark in person.marks)


def _without(person: Person, text: str) -> str:
    for word in sorted((*person.marks, *person.names), key=len, reverse=True):
        text = text.replace(word, HIDDEN)
    return text


def _forget_events(conn: Connection, mark: str) -> int:
    """Empty the raw deliveries that speak of an address; their keys stay, so repeats are known."""
    told = literal(mark.encode(), LargeBinary)
    if conn.dialect.name == "postgresql":
        holds_it = func.position(told.op("IN")(inbound_events.c.body)) > 0
    else:
        holds_it = func.instr(inbound_events.c.body, told) > 0
    done = conn.execute(
        update(inbound_events)
        .where(inbound_events.c.due_at.is_(None), holds_it)
        .values(body=b"", note=None)
    )
    return done.rowcount
