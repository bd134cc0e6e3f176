"""Calendars: secret, revocable, strict, and silent about clients unless the owner says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given, settings, strategies as st
from sqlalchemy import Connection
from starlette.applications import Starlette
from visits_made import made, moved
from world import MONDAY, World

from beautybot.booking import appointments, calendar_links, ical
from beautybot.booking.calendar_links import Shows
from beautybot.booking.ical import Event
from beautybot.businesses import salons
from beautybot.businesses.salons import Business
from beautybot.kit.crypto import Keyring, new_key, parse_keys
from beautybot.kit.db import Database
from beautybot.kit.wakeup import Wakeup
from beautybot.settings import Settings
from beautybot.web import calendar_feed
from beautybot.web.parts import Parts

FRIDAY = MONDAY + timedelta(days=4, hours=2)  # 14:00 in Moscow


@dataclass
class Reader:
    """A calendar program: asks for an address, reads strictly what comes."""

    app: Starlette
    status: int = 0
    headers: dict[str, str] | None = None
    body: bytes = b""

    async def get(self, token: str, **headers: str) -> list[icalendar.Event]:
        """The events of an address; none where there is no calendar."""
        scope: dict[str, Any] = {
            "type": "http",
            "method": "GET",
            "path": f"/calendar/{token}.ics",
            "raw_path": b"",
            "query_string": b"",
            "headers": [
                (k.replace("_", "-").encode(), v.encode("latin-1")) for k, v in headers.items()
            ],
        }
        self.body = b""

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
            else:
                self.body += message.get("body", b"")

        await self.app(scope, receive, send)
        if self.status != 200:
            return []
        return strictly(self.body)


def strictly(body: bytes) -> list[icalendar.Event]:
    """Every event; nothing in it may be wrong, no line too long."""
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert body.count(b"\n") == body.count(b"\r\n")
    read = icalendar.Calendar.from_ical(body)
    assert read.errors == []
    events = list(read.walk("VEVENT"))
    for event in events:
        assert event.errors == []
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"} <= set(event)
    return events


@pytest.fixture
def reader(db: Database) -> Reader:
    """The calendar routes of an installation, at Monday noon."""
    keyring = Keyring(parse_keys(new_key()))
    parts = Parts(Settings(), db, keyring, Wakeup(), clock=lambda: MONDAY)
    return Reader(Starlette(routes=calendar_feed.routes(parts)))


async def link(
    db: Database, salon: Business, specialist: str | None = None, shows: Shows = Shows.HIDDEN
) -> str:
    """A new address."""

    def verb(conn: Connection) -> str:
        who = calendar_links.specialist_id(conn, salon.id, specialist) if specialist else None
        return calendar_links.make(conn, salon.id, who, shows, MONDAY)

    return await db.write(verb)


async def test_a_salon_sees_all_and_a_specialist_her_own(
    db: Database, world: World, reader: Reader
) -> None:
    """A visit with two people is an entry for each; Борис's calendar knows nothing of it."""
    salon = world.romashka
    await db.write(lambda conn: made(conn, salon, FRIDAY, "pedicure", "haircut-women", now=MONDAY))

    all_ = await reader.get(await link(db, salon))
    vera = await reader.get(await link(db, salon, "vera"))
    lena = await reader.get(await link(db, salon, "lena"))
    rival = await reader.get(await link(db, world.lilia))

    assert [str(e["SUMMARY"]) for e in all_] == [
        "Вера Павлова: Педикюр",
        "Лена Орлова: Женская стрижка",
    ]
    assert [str(e["SUMMARY"]) for e in vera] == ["Педикюр"]
    assert [str(e["SUMMARY"]) for e in lena] == ["Женская стрижка"]
    assert vera[0].decoded("DTSTART") == FRIDAY
    assert lena[0].decoded("DTSTART") >= FRIDAY + timedelta(minutes=75)
    assert rival == []


@pytest.mark.parametrize(
    ("shows", "told", "hidden"),
    [
        (Shows.HIDDEN, (), ("Ольга", "+79161234567")),
        (Shows.NAME, ("Ольга",), ("+79161234567",)),
        (Shows.PHONE, ("Ольга", "+79161234567"), ()),
    ],
)
async def test_clients_are_in_it_only_by_the_owners_choice(
    db: Database,
    world: World,
    reader: Reader,
    shows: Shows,
    told: tuple[str, ...],
    hidden: tuple[str, ...],
) -> None:
    """A calendar lives on somebody else's servers."""
    await db.write(lambda conn: made(conn, world.romashka, FRIDAY, "pedicure", now=MONDAY))

    (event,) = await reader.get(await link(db, world.romashka, shows=shows))

    text = f"{event['SUMMARY']}\n{event['DESCRIPTION']}"
    assert all(word in text for word in told)
    assert not any(word.encode() in reader.body for word in hidden)


async def test_a_moved_visit_is_the_same_entry_and_a_cancelled_one_is_gone(
    db: Database, world: World, reader: Reader
) -> None:
    """The identity stays and the number of changes rises, so that calendars follow."""
    salon = world.romashka
    visit = await db.write(lambda conn: made(conn, salon, FRIDAY, "pedicure", now=MONDAY))
    token = await link(db, salon)
    (before,) = await reader.get(token)

    later = FRIDAY + timedelta(hours=2)
    await db.write(lambda conn: moved(conn, salon, visit, later, MONDAY + timedelta(minutes=1)))
    (after,) = await reader.get(token)
    await db.write(lambda conn: appointments.cancel(conn, salon, visit.id, now=MONDAY, by="user:1"))
    gone = await reader.get(token)

    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after.decoded("DTSTART") == later
    assert after.decoded("DTSTAMP") > before.decoded("DTSTAMP")
    assert gone == []


async def test_what_has_not_changed_is_not_sent_again(
    db: Database, world: World, reader: Reader
) -> None:
    """By the version's name; another version is sent."""
    salon, token = world.romashka, await link(db, world.romashka)
    await db.write(lambda conn: made(conn, salon, FRIDAY, "pedicure", now=MONDAY))
    await reader.get(token)
    assert reader.headers is not None
    etag = reader.headers["etag"]
    assert reader.headers["cache-control"].startswith("private")

    await reader.get(token, if_none_match=f'"other", W/{etag}')
    unchanged = (reader.status, reader.body)
    await db.write(
        lambda conn: made(conn, salon, FRIDAY + timedelta(days=1), "pedicure", now=MONDAY)
    )
    events = await reader.get(token, if_none_match=etag)

    assert unchanged == (304, b"")
    assert len(events) == 2


async def test_a_revoked_address_and_one_that_never_was_are_alike(
    db: Database, world: World, reader: Reader
) -> None:
    """Revoking closes at once and only the salon's own; nothing of the token is stored."""
    token, other = await link(db, world.romashka), await link(db, world.lilia)

    await db.write(calendar_links.revoke, world.romashka.id, MONDAY)
    answers = set()
    for asked in (token, "A" * 43, "short", "%2e%2e"):
        await reader.get(asked)
        answers.add((reader.status, reader.body))
    await reader.get(other)

    assert answers == {(404, b"not found\n")}
    assert reader.status == 200
    assert len(token) == 43


ZONES = ("Europe/Moscow", "Europe/Berlin", "Asia/Vladivostok", "America/New_York", "Asia/Kolkata")


@given(
    name=st.text(max_size=200),
    at=st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31)),
    zone=st.sampled_from(ZONES),
    minutes=st.integers(5, 600),
)
@settings(max_examples=150)
def test_any_name_and_any_moment_come_back_as_they_were(
    name: str, at: datetime, zone: str, minutes: int
) -> None:
    """Also over the changes of the clock: what is written is the instant."""
    start = at.replace(second=0, microsecond=0, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    end = start + timedelta(minutes=minutes)
    event = Event("1@x", start, end, name, f"{name}\n{name}", name, start, 3)

    (read,) = strictly(ical.calendar(name, zone, [event]))

    assert (read.decoded("DTSTART"), read.decoded("DTEND")) == (start, end)
    kept = ical.clean(name.replace("\r\n", "\n").replace("\r", "\n")).replace("\t", " ")
    assert str(read["SUMMARY"]) == kept
    assert read["SEQUENCE"] == 3


def test_a_broken_calendar_is_seen() -> None:
    """Control: the strict reader refuses what is not one."""
    good = ical.calendar("x", "UTC", [])

    with pytest.raises((ValueError, AssertionError)):
        strictly(good.replace(b"VERSION:2.0", b"VERSION 2.0 " + b"x" * 90))


async def test_a_salon_has_no_end_of_addresses_but_a_bound(db: Database, world: World) -> None:
    """A slip in a script does not fill the table."""
    for _ in range(calendar_links.MOST):
        await link(db, world.romashka)

    with pytest.raises(calendar_links.TooManyLinks):
        await link(db, world.romashka)
    assert (await db.read(salons.get, world.romashka.id)).slug == "romashka"
