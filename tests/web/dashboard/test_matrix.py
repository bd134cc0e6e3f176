"""Every page of the table × every role × one's own, a foreign and an absent thing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from salons_at_work import ROLES, Things, everything_of, open_both
from sqlalchemy import select
from starlette.responses import PlainTextResponse, Response
from visitor import Visitor, browser, pages
from world import World, open_salons

from beautybot.businesses.users import Role
from beautybot.conversations.models import clients
from beautybot.kit.db import Database, across_salons
from beautybot.web.dashboard.routes import EVERYBODY, TABLE, PageRoute
from beautybot.web.sessions import Asking

ABSENT = 999_999
NAMING = [row for row in TABLE if "{" in row.path]
# What ends something another page of the walk is about; they go last.
ENDING = ("/logout", "/password", "/end", "/retire", "/erase", "/delete", "/merge", "/remove")
# What a form of any page may want; each page takes what it knows.
FIELDS = {
    "text": "x",
    "start": "2030-01-01T10:00",
    "end": "2030-01-02T10:00",
    "name": "Имя",
    "price": "100",
    "minutes": "60",
    "answer": "x",
    "kind": "salon",
    "role": "admin",
    "day": "2031-02-02",
    "closed": "1",
    "word": "стереть",
}


async def leak(asking: Asking) -> Response:
    """A page that forgets whose client it is: what the matrix must see."""
    found = across_salons(select(clients.c.name).where(clients.c.id == asking.id))
    name = await asking.parts.db.read(lambda conn: conn.execute(found).scalar())
    return PlainTextResponse(f"{name}")


LEAK = PageRoute("/dashboard/clients/{id:int}/leak", leak, EVERYBODY)


@pytest.fixture
async def both(sqlite_db: Database) -> tuple[Things, Things]:
    """The salons, each with one of everything."""
    world: World = await sqlite_db.write(open_salons)
    return await sqlite_db.write(open_both, world)


@pytest.fixture
async def base(sqlite_db: Database, both: tuple[Things, Things]) -> AsyncIterator[str]:
    """Their dashboard, with a page that leaks."""
    async with pages(sqlite_db, more=(LEAK,)) as address:
        yield address


@pytest.mark.parametrize("role", ROLES)
async def test_what_is_another_salons_is_as_if_it_were_not(
    role: str, base: str, sqlite_db: Database, both: tuple[Things, Things]
) -> None:
    """The same answer as for what is nobody's, whoever asks; and nothing of theirs changes."""
    romashka, lilia = both
    before = await sqlite_db.read(everything_of, romashka.business)
    async with browser(base) as rival:
        assert await rival.sign_in(lilia.email(role)) == 303
        for row in NAMING:
            foreign = await ask(rival, row, romashka.ids)
            absent = await ask(rival, row, dict.fromkeys(romashka.ids, ABSENT))
            assert foreign == absent, row.path

    assert await sqlite_db.read(everything_of, romashka.business) == before


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_opens_its_own_pages_and_no_others(
    role: str, base: str, both: tuple[Things, Things]
) -> None:
    """404 for what is not for the role; an answer for what is; never a fault of ours."""
    romashka, _ = both
    async with browser(base) as visitor:
        await visitor.sign_in(romashka.email(role))
        for row in sorted(TABLE, key=lambda r: (r.method, r.path.endswith(ENDING), r.path)):
            if "events" in row.path or row.path == "/dashboard/salon":
                continue
            status, _ = await ask(visitor, row, romashka.ids)
            if Role(role) not in row.roles:
                assert status == 404, row.path
            elif row.path.endswith(ENDING):
                assert status in (200, 303, 400, 404, 409), (row.path, status)
            else:
                assert status in (200, 303, 400, 409), (row.path, status)


async def test_a_page_that_forgets_the_salon_is_seen(
    base: str, both: tuple[Things, Things]
) -> None:
    """Control: what leaks differs from what is not there."""
    romashka, lilia = both
    async with browser(base) as rival:
        await rival.sign_in(lilia.email("owner"))
        foreign = await ask(rival, LEAK, romashka.ids)
        absent = await ask(rival, LEAK, dict.fromkeys(romashka.ids, ABSENT))

    assert foreign != absent


async def test_an_id_no_database_can_hold_is_not_there(
    base: str, both: tuple[Things, Things]
) -> None:
    """And no fault of ours."""
    async with browser(base) as anna:
        await anna.sign_in(both[0].email("owner"))
        answers = {
            row.path: (await ask(anna, row, dict.fromkeys(both[0].ids, 10**30)))[0]
            for row in NAMING
        }

    assert set(answers.values()) == {404}


async def ask(visitor: Visitor, row: PageRoute, ids: dict[str, int]) -> tuple[int, str]:
    """Status and page, without what differs between two answers anyway."""
    path = re.sub(r"(\w[\w-]*)?/?\{(\w+):int\}", lambda m: _filled(m, row, ids), row.path)
    if row.method == "GET":
        status, page = await visitor.get(path)
    else:
        status, page = await visitor.post(path, **FIELDS)
    return status, re.sub(r"\b\d+\b|[0-9a-f]{64}", "", page) if status == 404 else page


def _filled(found: re.Match[str], row: PageRoute, ids: dict[str, int]) -> str:
    kind, name = found[1] or "", found[2]
    key = {"days": "day", "time-off": "away"}.get(kind, kind)
    if name in ("day", "away"):
        key = name
    return f"{kind}/{ids[key]}"
