"""
One salon's copy in a database that is thrown away: to try settings, or to play a talk again.

The receptionist in it is the real one, turn by turn; only the messenger is
missing, and nothing it does is seen by anybody.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select

from beautybot.agent.turn import take_turn
from beautybot.agent.understanding import Understanding
from beautybot.booking import models as booked
from beautybot.businesses import access, salons
from beautybot.businesses.models import businesses
from beautybot.businesses.salons import Business
from beautybot.channels.base import Identity, IdentityKind, InboundMessage, Kind
from beautybot.conversations import history, inbox, messages, reading, turns
from beautybot.conversations.history import Message, TurnTrace
from beautybot.conversations.models import clients, consents, handoffs, identities
from beautybot.kit.db import Database, connect
from beautybot.llm.base import LLM

ACCOUNT, CLIENT = "rehearsal", "client"
SETTLED = timedelta(seconds=1)

# What a salon is, in an order in which rows may refer to rows before them.
OF_SALON = (
    booked.services,
    booked.specialists,
    booked.service_specialists,
    booked.resources,
    booked.service_resources,
    booked.working_hours,
    booked.day_overrides,
    booked.shift_patterns,
    booked.time_off,
    booked.faq_entries,
)
OF_VISITS = (booked.appointment_parts, booked.busy_spans)


@dataclass(frozen=True, slots=True)
class Line:
    """Something the client says; `payload` is what a press or a card carries."""

    text: str
    at: datetime
    kind: Kind = Kind.TEXT
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the bubbles ("" is silence), their buttons' ids, and the turn's trace."""

    text: str
    buttons: tuple[str, ...] = ()
    turn: TurnTrace | None = None


@dataclass(slots=True)
class Rehearsal:
    """A salon's copy and one client who talks to it."""

    db: Database
    business: Business
    llm: LLM | None
    understood: Understanding = field(default_factory=Understanding)
    _lines: int = 0

    async def says(self, lines: Iterable[Line], now: datetime) -> Answer:
        """Several lines at once, answered at `now`."""
        for line in lines:
            self._lines += 1
            await self.db.write(_hear, line, self._lines)
        claims = await self.db.write(turns.take, now, ACCOUNT, 1)
        if not claims:
            return Answer("")
        claim = claims[0]
        await take_turn(
            claim,
            db=self.db,
            llm=self.llm,
            understood_by=self.understood,
            clock=lambda: now,
        )
        return await self.db.write(_answer, self.business.id, claim.conversation_id, now)

    async def give_back(self) -> None:
        """The person who took over gives the talk back to the receptionist."""
        await self.db.write(_give_back, self.business.id)


@asynccontextmanager
async def rehearsal(
    db: Database,
    business_id: int,
    llm: LLM | None,
    *,
    before: datetime,
    client_id: int | None = None,
    knows: Collection[str] = (),
) -> AsyncIterator[Rehearsal]:
    """
    A copy of a salon for the length of the block, with the visits made before a moment.

    Of its clients only that there is one goes along; `client_id` is the one
    who talks, with what the salon `knows` of her ("name", "phone").  What was
    cancelled since is gone here too.
    """
    from beautybot.kit import migrate  # Alembic: not before somebody rehearses

    rows = await db.read(_rows, business_id, before, client_id, frozenset(knows))
    with tempfile.TemporaryDirectory(prefix="beautybot-") as folder:
        copy = connect(f"sqlite:///{Path(folder) / 'rehearsal.db'}")
        try:
            await migrate.upgrade(copy)
            business = await copy.write(_furnish, business_id, rows, client_id, before)
            yield Rehearsal(copy, business, llm)
        finally:
            await copy.close()


def _rows(
    conn: Connection,
    business_id: int,
    before: datetime,
    client_id: int | None,
    knows: frozenset[str],
) -> list[tuple[Table, list[dict[str, Any]]]]:
    copied = [(businesses, _select(conn, businesses, businesses.c.id == business_id))]
    copied += [(t, _select(conn, t, t.c.business_id == business_id)) for t in OF_SALON]
    people = _select(conn, clients, clients.c.business_id == business_id)
    copied.append((clients, [_nameless(row, client_id, knows) for row in people]))
    given = (consents.c.business_id == business_id, consents.c.client_id == client_id)
    copied.append((consents, _select(conn, consents, *given, consents.c.given_at < before)))
    visits = _select(
        conn,
        booked.appointments,
        booked.appointments.c.business_id == business_id,
        booked.appointments.c.created_at < before,
    )
    copied.append((booked.appointments, visits))
    known = {row["id"] for row in visits}
    for table in OF_VISITS:
        rows = _select(conn, table, table.c.business_id == business_id)
        copied.append((table, [row for row in rows if row["appointment_id"] in known]))
    return copied


def _select(conn: Connection, table: Table, *where: ColumnElement[bool]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in conn.execute(select(table).where(*where))]


def _nameless(client: dict[str, Any], talking: int | None, knows: frozenset[str]) -> dict[str, Any]:
    kept = knows if client["id"] == talking else frozenset[str]()
    hidden = {name: None for name in ("name", "phone") if name not in kept}
    return client | hidden | {"merged_into": None}


def _furnish(
    conn: Connection,
    business_id: int,
    rows: list[tuple[Table, list[dict[str, Any]]]],
    client_id: int | None,
    now: datetime,
) -> Business:
    for table, values in rows:
        if values:
            conn.execute(insert(table), values)
    salons.update_agent(conn, business_id, enabled=True)
    access.connect(
        conn,
        business_id=business_id,
        channel="console",
        external_id=ACCOUNT,
        display="",
        details={},
        now=now,
    )
    if client_id is not None:
        known = {"kind": IdentityKind.CONSOLE, "value": CLIENT, "channel": "console"}
        owner = {"business_id": business_id, "client_id": client_id, "created_at": now}
        conn.execute(insert(identities).values(**known, **owner))
    return salons.get(conn, business_id)


def _hear(conn: Connection, line: Line, number: int) -> None:
    item = InboundMessage(
        account=ACCOUNT,
        external_id=f"line-{number}",
        address=CLIENT,
        identities=(Identity(IdentityKind.CONSOLE, CLIENT),),
        kind=line.kind,
        text=line.text,
        sent_at=line.at,
        payload=line.payload,
        answers_at_once=True,
    )
    inbox.accept(conn, [inbox.RawEvent("console", item.external_id, line.at, b"")])
    for event in inbox.take(conn, line.at, ACCOUNT, 10):
        reading.record(conn, event, [item], now=line.at, burst=timedelta(0))


def _give_back(conn: Connection, business_id: int) -> None:
    conn.execute(delete(handoffs).where(handoffs.c.business_id == business_id))


def _answer(conn: Connection, business_id: int, conversation_id: int, now: datetime) -> Answer:
    """What the turn said, as if the messenger had taken it at once."""
    traces = history.traces(conn, business_id, conversation_id)
    if not traces:
        return Answer("")
    trace = traces[-1]
    said: list[Message] = [
        m
        for m in history.thread(conn, business_id, conversation_id)
        if m.turn_id == trace.id and m.direction == "outbound"
    ]
    for message in said:
        messages.mark(conn, business_id, message.id, status="sent", sent_at=now)
    buttons = tuple(str(b[0]) for m in said for b in m.payload.get("buttons", ()))
    return Answer("\n---\n".join(m.text for m in said), buttons, trace)
