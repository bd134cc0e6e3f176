"""Every page of the table × every role × one's own, a foreign and an absent thing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from importlib import resources

import pytest
from salons_at_work import ROLES, Things, everything_of, open_both
from sqlalchemy import Connection, select, update
from starlette.responses import PlainTextResponse, Response
from visitor import Visitor, browser, pages
from world import World, open_salons

from beautybot.businesses.users import Role
from beautybot.conversations.models import clients
from beautybot.kit.db import Database, across_salons, metadata
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


SAID, SECRET = "Здравствуйте, это Ольга", "Ольга Тайная"
UNSAFE = [row for row in TABLE if row.method != "GET"]
# Every name that a page of the dashboard looks for in a form, read from its source.
KNOWN = {
    name
    for module in resources.files("beautybot.web.dashboard").iterdir()
    if module.name.endswith(".py")
    for name in re.findall(
        r"asking\.(?:text|texts|number)\(\s*f?\"([a-z_{}-]+)\"", module.read_text("utf-8")
    )
}
COLUMNS = {column.name for table in metadata.sorted_tables for column in table.c}


async def leak(asking: Asking) -> Response:
    """A page that forgets whose client it is: what the matrix must see."""
    found = across_salons(select(clients.c.name).where(clients.c.id == asking.id))
    name = await asking.parts.db.read(lambda conn: conn.execute(found).scalar())
    return PlainTextResponse(f"{name}")


LEAK = PageRoute("/dashboard/clients/{id:int}/leak", leak, EVERYBODY)


@pytest.fixture
async def both(db: Database) -> tuple[Things, Things]:
    """The salons, each with one of everything."""
    world: World = await db.write(open_salons)
    return await db.write(open_both, world, SAID)


@pytest.fixture
async def base(db: Database, both: tuple[Things, Things]) -> AsyncIterator[str]:
    """Their dashboard, with a page that leaks."""
    async with pages(db, more=(LEAK,)) as address:
        yield address


@pytest.mark.parametrize("role", ROLES)
async def test_what_is_another_salons_is_as_if_it_were_not(
    role: str, base: str, db: Database, both: tuple[Things, Things]
) -> None:
    """The same answer as for what is nobody's, whoever asks; and nothing of theirs changes."""
    romashka, lilia = both
    before = await db.read(everything_of, romashka.business)
    async with browser(base) as rival:
        assert await rival.sign_in(lilia.email(role)) == 303
        for row in NAMING:
            foreign = await ask(rival, row, romashka.ids)
            absent = await ask(rival, row, dict.fromkeys(romashka.ids, ABSENT))
            assert foreign == absent, row.path

    assert await db.read(everything_of, romashka.business) == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # decided before the database
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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_field_of_a_form_reaches_into_another_salon(
    base: str, db: Database, both: tuple[Things, Things]
) -> None:
    """
    Every field that a page knows, and every column's name, filled with another salon's ids.

    What is asked about one's own things stays there: nothing of theirs changes or is shown.
    """
    romashka, lilia = both
    await db.write(_renamed, romashka.business.id)
    before = await db.read(everything_of, romashka.business)
    names = KNOWN | COLUMNS
    shown = []
    async with browser(base) as rival:
        await rival.sign_in(lilia.email("owner"))
        for row in sorted(UNSAFE, key=lambda r: (r.path.endswith(ENDING), r.path)):
            if row.path == "/logout":
                continue
            for value in {str(romashka.ids[kind]) for kind in ("clients", "services", "away")}:
                stuffed = dict.fromkeys(names, value) | FIELDS | {"for_good": ""}
                _, page = await ask(rival, row, lilia.ids, stuffed)
                shown.append(page)
        await rival.get("/dashboard/clients")

    assert await db.read(everything_of, romashka.business) == before
    assert not any(SECRET in page for page in shown)
    assert len(KNOWN) > 30  # the fields were found in the source


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # decided before the database
async def test_a_form_without_our_token_does_nothing(
    base: str, db: Database, both: tuple[Things, Things]
) -> None:
    """On every page that changes something: no token, another's, or from another site."""
    romashka, lilia = both
    async with browser(base) as boris:
        await boris.sign_in(lilia.email("owner"))
        foreign = await boris.token()
    async with browser(base) as anna:
        await anna.sign_in(romashka.email("owner"))
        token, before = await anna.token(), await db.read(everything_of, romashka.business)
        refused = {
            (row.path, kind): (await anna.post_raw(_path(row, romashka.ids), fields, **headers))[0]
            for row in UNSAFE
            for kind, fields, headers in (
                ("none", FIELDS, {}),
                ("another's", FIELDS | {"csrf": foreign}, {}),
                ("elsewhere", FIELDS | {"csrf": token}, {"Origin": "https://evil.example"}),
            )
        }
        after = await db.read(everything_of, romashka.business)
        control, _ = await anna.post("/dashboard/agent", enabled="1")

    assert set(refused.values()) == {403}
    assert after == before
    assert control == 303  # with the token it is done


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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
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


async def ask(
    visitor: Visitor, row: PageRoute, ids: dict[str, int], fields: dict[str, str] = FIELDS
) -> tuple[int, str]:
    """Status and page, without what differs between two answers anyway."""
    path = _path(row, ids)
    if row.method == "GET":
        status, page = await visitor.get(path)
    else:
        status, page = await visitor.post(path, **fields)
    return status, re.sub(r"\b\d+\b|[0-9a-f]{64}", "", page) if status == 404 else page


def _path(row: PageRoute, ids: dict[str, int]) -> str:
    return re.sub(r"(\w[\w-]*)?/?\{(\w+):int\}", lambda m: _filled(m, row, ids), row.path)


def _filled(found: re.Match[str], row: PageRoute, ids: dict[str, int]) -> str:
    kind, name = found[1] or "", found[2]
    key = {"days": "day", "time-off": "away"}.get(kind, kind)
    if name in ("day", "away"):
        key = name
    return f"{kind}/{ids[key]}"


def _renamed(conn: Connection, business_id: int) -> None:
    """What only «Ромашка» says, to be known wherever it turns up."""
    mine = clients.c.business_id == business_id
    conn.execute(update(clients).where(mine).values(name=SECRET))
