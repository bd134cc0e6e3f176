"""
Files that clients sent: fetched once from the messenger, kept, shown to the salon's people.

A file belongs to its message and, once the client books, to the visit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from beautybot.channels.base import InboundMessage, Kind, Media
from beautybot.conversations.models import attachments, messages
from beautybot.kit import jobs
from beautybot.kit.db import across_salons, add_once, change, one
from beautybot.kit.errors import NotFound

KINDS = frozenset({Kind.PHOTO, Kind.VIDEO, Kind.VOICE, Kind.DOCUMENT})
JOB = "fetch_media"
# A photo sent so long before the yes still belongs to the visit.
FOR_VISIT = timedelta(hours=24)
TOO_OLD = "Файл стёрт: мы храним их полгода."


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a client; `problem` (Russian) says why it will never come, if it will not."""

    id: int
    conversation_id: int
    message_id: int
    kind: Kind
    mime_type: str
    size: int
    problem: str | None
    created_at: datetime
    appointment_id: int | None

    @property
    def is_here(self) -> bool:
        """True once the bytes are kept."""
        return self.size > 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is still to be fetched, and what the messenger said of it."""

    id: int
    business_id: int
    account_id: int
    kind: Kind
    payload: Mapping[str, Any] = field(repr=False)


def expect(
    conn: Connection,
    business_id: int,
    conversation_id: int,
    message_id: int,
    item: InboundMessage,
    now: datetime,
) -> None:
    """A message has a file: it is to be fetched, once."""
    values = {
        "business_id": business_id,
        "conversation_id": conversation_id,
        "message_id": message_id,
        "kind": item.kind,
        "mime_type": str(item.payload.get("mime_type") or "")[:100],
        "created_at": now,
    }
    new = add_once(conn, attachments, values)
    if new is not None:
        args = {"business_id": business_id, "attachment_id": new}
        jobs.put(conn, JOB, str(new), args, due_at=now, now=now)


def wanted(conn: Connection, business_id: int, attachment_id: int) -> Wanted | None:
    """What is needed to fetch a file; None if it is here already, or will never be."""
    row = conn.execute(
        select(attachments, messages.c.account_id, messages.c.payload)
        .join(messages, messages.c.id == attachments.c.message_id)
        .where(
            attachments.c.business_id == business_id,
            messages.c.business_id == business_id,
            attachments.c.id == attachment_id,
            attachments.c.fetched_at.is_(None),
            attachments.c.problem.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    return Wanted(row.id, business_id, row.account_id, Kind(row.kind), row.payload)


def keep(conn: Connection, file: Wanted, media: Media, now: datetime) -> None:
    """Store the bytes of a file."""
    values = {
        "data": media.data,
        "size": len(media.data),
        "mime_type": media.mime_type.partition(";")[0].strip().lower()[:100],
        "fetched_at": now,
    }
    change(conn, attachments, {"business_id": file.business_id, "id": file.id}, values)


def give_up(conn: Connection, file: Wanted, why: str) -> None:
    """A file will never come; `why` in Russian."""
    change(conn, attachments, {"business_id": file.business_id, "id": file.id}, {"problem": why})


def of_conversation(conn: Connection, business_id: int, conversation_id: int) -> list[Attachment]:
    """The files of a conversation, oldest first, without their bytes."""
    return _listed(conn, business_id, attachments.c.conversation_id == conversation_id)


def of_messages(conn: Connection, business_id: int, ids: Collection[int]) -> list[Attachment]:
    """The files of these messages, oldest first, without their bytes."""
    return _listed(conn, business_id, attachments.c.message_id.in_(ids)) if ids else []


def of_appointment(conn: Connection, business_id: int, appointment_id: int) -> list[Attachment]:
    """The files that were sent for a visit: for the specialist who does it."""
    return _listed(conn, business_id, attachments.c.appointment_id == appointment_id)


def contents(conn: Connection, business_id: int, attachment_id: int) -> tuple[Attachment, bytes]:
    """A file with its bytes; NotFound if it is another salon's, or not here."""
    row = one(conn, attachments, {"business_id": business_id, "id": attachment_id})
    if row is None or row.data is None:
        raise NotFound("there is no such file")
    return _attachment(row), bytes(row.data)


def assign(
    conn: Connection, business_id: int, conversation_id: int, appointment_id: int, now: datetime
) -> int:
    """Give what the client sent lately to the visit that was booked; how many files."""
    done = conn.execute(
        update(attachments)
        .where(
            attachments.c.business_id == business_id,
            attachments.c.conversation_id == conversation_id,
            attachments.c.appointment_id.is_(None),
            attachments.c.kind.in_((Kind.PHOTO, Kind.VIDEO, Kind.DOCUMENT)),
            attachments.c.created_at > now - FOR_VISIT,
        )
        .values(appointment_id=appointment_id)
    )
    return done.rowcount


def forget(conn: Connection, before: datetime) -> int:
    """Empty the files of every salon that were sent before that moment; how many there were."""
    done = conn.execute(
        across_salons(
            update(attachments)
            .where(attachments.c.created_at < before, attachments.c.data.is_not(None))
            .values(data=None, size=0, problem=TOO_OLD)
        )
    )
    return done.rowcount


_SHOWN = [c for c in attachments.c if c.name != "data"]


def _listed(conn: Connection, business_id: int, which: Any) -> list[Attachment]:
    rows: Sequence[Row[Any]] = conn.execute(
        select(*_SHOWN)
        .where(attachments.c.business_id == business_id, which)
        .order_by(attachments.c.id)
    ).all()
    return [_attachment(row) for row in rows]


def _attachment(row: Row[Any]) -> Attachment:
    return Attachment(
        id=row.id,
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        kind=Kind(row.kind),
        mime_type=row.mime_type,
        size=row.size,
        problem=row.problem,
        created_at=row.created_at,
        appointment_id=row.appointment_id,
    )
