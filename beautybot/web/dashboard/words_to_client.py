"""What a client is told when the salon itself moves or cancels a visit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from beautybot.agent.saying import moment
from beautybot.booking.visits import Appointment
from beautybot.conversations import history, outbox, persons
from beautybot.conversations.envelope import Weight
from beautybot.web.sessions import Asking


def reachable(conn: Connection, asking: Asking, visit: Appointment) -> int | None:
    """The conversation in which the client of a visit can be told; None if there is none."""
    if visit.client_id is None:
        return None
    talks = persons.talks_of(conn, asking.business.id, visit.client_id)
    same = [t.id for t in talks if t.channel == visit.source]
    return same[-1] if same else (talks[-1].id if talks else None)


def tell(conn: Connection, asking: Asking, act: str, visit: Appointment, now: datetime) -> None:
    """Put the words into the outbox of the client's own messenger, if there is one."""
    conversation_id = reachable(conn, asking, visit)
    if conversation_id is None or act not in ("move", "cancel"):
        return
    business = asking.business
    outbox.put(
        conn,
        business_id=business.id,
        conversation_id=conversation_id,
        account_id=history.account_of(conn, business.id, conversation_id),
        draft=outbox.Draft(
            _words(asking, act, visit, now), weight=Weight.CONFIRMATION, author=asking.by
        ),
        now=now,
    )


def _words(asking: Asking, act: str, visit: Appointment, now: datetime) -> str:
    zone = asking.business.zone
    today = now.astimezone(zone).date()
    services = ", ".join(visit.service_names)
    when = moment(visit.start, zone, today)
    if act == "move":
        who = ", ".join(visit.specialist_names)
        return (
            f"Мы перенесли вашу запись: {services}, {when}, мастер {who}. "
            f"Номер записи {visit.number}. Если время не подходит, напишите нам."
        )
    return (
        f"Нам пришлось отменить вашу запись: {services}, {when}. "
        "Извините за неудобство. Напишите, и мы подберём другое время."
    )
