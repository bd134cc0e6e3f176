"""Both salons with one of everything, and the people who may look at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, select
from visitor import PASSWORD
from world import World

from beautybot.booking import appointments, availability, away, catalogue, staff
from beautybot.booking.availability import Wish
from beautybot.businesses import access, journal, sign_ins, users
from beautybot.businesses.salons import Business
from beautybot.channels.base import Identity, IdentityKind
from beautybot.conversations import clients, handoff, history, messages, notes, outbox, questions
from beautybot.kit import clock
from beautybot.kit.db import metadata

ROLES = ("owner", "admin", "specialist")


@dataclass(frozen=True, slots=True)
class Things:
    """One salon, and the id of one of each of its things."""

    business: Business
    ids: dict[str, int]

    def email(self, role: str) -> str:
        """The address by which that one signs in."""
        return f"{role}@{self.business.slug}.example"


@cache
def digest() -> str:
    """Made once: it takes its time."""
    return users.hashed("nobody@example.com", PASSWORD)[1]


def open_both(conn: Connection, world: World, said: str = "Здравствуйте") -> tuple[Things, Things]:
    """«Ромашка» and «Лилия», each with one of everything."""
    return _furnish(conn, world.romashka, said), _furnish(conn, world.lilia, said)


def _furnish(conn: Connection, business: Business, said: str) -> Things:
    now = clock.now()
    ids: dict[str, int] = {}
    listed = catalogue.load(conn, business.id)
    person = listed.specialists[0]
    for role in ROLES:
        member = users.put(
            conn, f"{role}@{business.slug}.example", digest(), business.id, role, now
        )
        ids[role] = member.user_id
    users.be_specialist(conn, business.id, ids["specialist"], person.ref)
    ids |= {"people": ids["admin"], "specialists": person.id, "services": listed.services[0].id}
    account = access.connect(
        conn,
        business_id=business.id,
        channel="telegram",
        external_id=f"bot-{business.id}",
        display="bot",
        details={},
        now=now,
    )
    ids["connections"] = account.id
    ids["clients"] = _client(conn, business, said)
    ids["conversations"] = _talk(conn, business, account, ids["clients"], said)
    note = notes.put(conn, business.id, ids["clients"], text=said, by="user:1", now=now)
    ids["notes"] = note or 0
    asked = questions.ask(conn, business.id, ids["conversations"], key=said, text=said, now=now)
    ids["questions"] = asked.id if asked else 0
    ids["calendar"] = _visit(conn, business, ids["clients"], person.id, said)
    far = now + timedelta(days=300)
    ids["away"] = away.add(conn, business.id, person.id, far, far + timedelta(days=1))
    staff.set_day(conn, business.id, person.id, date(2031, 1, 1), ())
    ids["day"] = staff.special_days(conn, business.id, date(2031, 1, 1))[0].id
    sign_ins.begin(conn, ids["owner"], "elsewhere", now)
    ids["sign-ins"] = sign_ins.places(conn, ids["owner"])[0].id
    journal.note(conn, business.id, "user:1", said, now)
    return Things(business, ids)


def _client(conn: Connection, business: Business, said: str) -> int:
    return clients.recognise(
        conn,
        business.id,
        "telegram",
        [Identity(IdentityKind.TG_USER, "777")],
        name=said,
        phone="+79161234567",
        now=clock.now(),
    )


def _talk(conn: Connection, business: Business, account: Any, client_id: int, said: str) -> int:
    now = clock.now()
    messages.open_conversation(conn, account, client_id, "777", now)
    (talk,) = history.listing(conn, business.id, now)
    outbox.put(
        conn,
        business_id=business.id,
        conversation_id=talk.id,
        account_id=account.id,
        draft=outbox.Draft(said),
        now=now,
    )
    handoff.start(conn, business.id, talk.id, reason="asked", by="client", now=now, summary=said)
    return talk.id


def _visit(conn: Connection, business: Business, client_id: int, person: int, said: str) -> int:
    now = clock.now()
    listed = catalogue.load(conn, business.id)
    wish = Wish(services=(listed.services[0].id,), specialist_id=person)
    slot = availability.find(conn, business, listed, wish, now, limit=1)[0]
    held = appointments.hold(
        conn,
        business,
        slot,
        client_id=client_id,
        source="telegram",
        now=now,
        until=now + timedelta(minutes=5),
    )
    appointments.confirm(conn, business, held.id, now=now, by="client", name=said)
    return held.id


def everything_of(conn: Connection, business: Business) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of a salon, table by table: to see that nothing changed."""
    return {
        table.name: [
            tuple(row)
            for row in conn.execute(
                select(table).where(table.c.business_id == business.id).order_by(table.c.id)
            )
        ]
        for table in metadata.sorted_tables
        if "business_id" in table.c and "id" in table.c
    }
