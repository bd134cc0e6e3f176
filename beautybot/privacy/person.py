"""Everything by which the rows of one person are found."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Row, select

from beautybot.booking.models import appointments, waitlist
from beautybot.conversations import clients as people
from beautybot.conversations.models import clients, conversations, identities, messages
from beautybot.kit.errors import NotFound
from beautybot.privacy.fates import Fate, Link

SHORTEST_MARK = 5
"""A shorter identity would be found in anything."""


@dataclass(frozen=True, slots=True)
class Person:
    """
    A client, merged rows included: the ids of their rows, and the words that mean them alone.

    `marks` are phones, addresses and the channels' own ids; not the name,
    which others may have too.
    """

    business_id: int
    ids: dict[Link, tuple[Any, ...]]
    names: frozenset[str]
    marks: frozenset[str]

    def rows(self, conn: Connection, fate: Fate) -> list[Row[Any]]:
        """The person's rows of one table."""
        column = fate.table.c[fate.column]
        return [
            row
            for some in _in_hundreds(self.ids[fate.link])
            for row in conn.execute(
                select(fate.table)
                .where(fate.table.c.business_id == self.business_id, column.in_(some))
                .order_by(fate.table.c.id)
            )
        ]


def find(conn: Connection, business_id: int, client_id: int) -> Person:
    """The person behind a client's row; NotFound."""
    ids = people.everything_of(conn, business_id, client_id)
    rows = _of(conn, business_id, clients.c.id, ids)
    if not rows:
        raise NotFound(f"there is no client {client_id} in this salon")
    known_as = _of(conn, business_id, identities.c.client_id, ids)
    talks = _of(conn, business_id, conversations.c.client_id, ids)
    said = _of(conn, business_id, messages.c.conversation_id, [t.id for t in talks])
    visits = _of(conn, business_id, appointments.c.client_id, ids)
    waits = _of(conn, business_id, waitlist.c.client_id, ids)
    words = [i.value for i in known_as] + [t.address for t in talks]
    words += [(r.phone or "").lstrip("+") for r in rows]
    words += [(v.client_phone or "").lstrip("+") for v in visits]
    return Person(
        business_id,
        {
            Link.CLIENTS: ids,
            Link.CONVERSATIONS: tuple(t.id for t in talks),
            Link.MESSAGES: tuple(m.external_id for m in said if m.external_id),
            Link.APPOINTMENTS: tuple(v.id for v in visits),
            Link.WAITLIST: tuple(w.id for w in waits),
        },
        frozenset(n for n in (*(r.name for r in rows), *(v.client_name for v in visits)) if n),
        frozenset(w for w in words if len(w) >= SHORTEST_MARK),
    )


def _of(
    conn: Connection, business_id: int, column: Column[Any], ids: Collection[Any]
) -> list[Row[Any]]:
    table = column.table
    return [
        row
        for some in _in_hundreds(ids)
        for row in conn.execute(
            select(table).where(table.c.business_id == business_id, column.in_(some))
        )
    ]


def _in_hundreds(ids: Collection[Any]) -> Iterator[list[Any]]:
    """Slices that either engine takes as parameters."""
    every = list(ids)
    yield from (every[at : at + 500] for at in range(0, len(every), 500))
