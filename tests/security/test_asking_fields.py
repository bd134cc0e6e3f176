"""What a form says beside what it was asked for, and what a mere look may do: nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from draft_migration import all_tables
from salons_at_work import Things, open_both
from sqlalchemy import Connection, select
from visitor import Visitor, browser, pages
from world import open_salons

from beautybot.businesses import users
from beautybot.businesses.users import Role
from beautybot.kit.db import Database, across_salons
from beautybot.web.dashboard.routes import TABLE

# Names of columns that no form of ours has, with values somebody might like.
WISHES = {
    "id": "1",
    "business_id": "2",
    "salon_id": "2",
    "user_id": "2",
    "client_id": "2",
    "is_owner": "1",
    "created_at": "2001-01-01",
    "password_hash": "x",
    "telegram_chat_id": "666",
    "ai_agent_enabled": "1",
    "catalogue_version": "99",
    "slug": "evil",
    "settings": '{"assistants": true}',
    "status": "completed",
    "source": "whatsapp",
    "price_kopecks": "1",
    "external_id": "evil",
    "signed_by": "evil",
}
UNSEEN = ("sign_ins", "sign_in_failures", "audit_log")


@pytest.fixture
async def both(sqlite_db: Database) -> tuple[Things, Things]:
    return await sqlite_db.write(open_both, await sqlite_db.write(open_salons))


@pytest.fixture
async def owner(sqlite_db: Database, both: tuple[Things, Things]) -> AsyncIterator[Visitor]:
    async with pages(sqlite_db) as base, browser(base) as here:
        assert await here.sign_in(both[0].email("owner")) == 303
        yield here


def everything(conn: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, but what signing in itself writes."""
    return {
        table.name: [tuple(row) for row in conn.execute(across_salons(select(table)))]
        for table in all_tables().sorted_tables
        if table.name not in UNSEEN
    }


def path_of(path: str, things: Things) -> str:
    """An address with the salon's own things in it."""
    kind = path.split("/")[2] if path.count("/") > 1 else ""
    number = things.ids.get(kind, 1)
    for part in ("{id:int}", "{day:int}", "{away:int}", "{note:int}"):
        path = path.replace(part, str(number))
    return path


async def test_extra_fields_change_nothing(
    owner: Visitor, sqlite_db: Database, both: tuple[Things, Things]
) -> None:
    """Each form with a column for every wish: the rival and every account stay as they are."""
    watched = ("businesses", "users", "memberships", "telegram_bindings", "channel_accounts")
    before, token = await sqlite_db.read(everything), await owner.token()
    for row in TABLE:
        if row.method == "POST" and Role.OWNER in row.roles and row.path != "/logout":
            fields = WISHES | {"csrf": token}
            status, _ = await owner.post_raw(path_of(row.path, both[0]), fields)
            assert status < 500, row.path
    after = await sqlite_db.read(everything)

    rivals = both[1].business.id
    for name in after:
        table = all_tables().tables[name]
        if "business_id" in table.c:
            at = list(table.c.keys()).index("business_id")
            kept = [[r for r in rows[name] if r[at] == rivals] for rows in (before, after)]
            assert kept[0] == kept[1], name
    assert after["telegram_bindings"] == before["telegram_bindings"]
    hashes = {row[2] for row in before["users"]} | {users.NO_PASSWORD}
    assert {(row[0], row[1]) for row in after["users"]} == {r[:2] for r in before["users"]}
    assert {row[2] for row in after["users"]} <= hashes, "nobody's password was given in a form"
    assert [r[:3] for r in after["businesses"]] == [r[:3] for r in before["businesses"]]
    roles = {name: len(after[name]) for name in watched}
    assert roles["memberships"] <= len(before["memberships"])


async def test_looking_changes_nothing(
    owner: Visitor, sqlite_db: Database, both: tuple[Things, Things]
) -> None:
    """Every page, asked for with GET and with everything a form might say in its address."""
    before = await sqlite_db.read(everything)
    query = "&".join(f"{name}={value}" for name, value in WISHES.items() if "{" not in value)
    for row in TABLE:
        if row.path.endswith("/events"):
            continue  # a stream that does not end
        status, _ = await owner.get(f"{path_of(row.path, both[0])}?{query}&word=стереть")
        assert status < 500, row.path
    after = await sqlite_db.read(everything)

    assert {n: (before[n], after[n]) for n in after if before[n] != after[n]} == {}


async def test_a_field_twice_is_one(
    owner: Visitor, sqlite_db: Database, both: tuple[Things, Things]
) -> None:
    """Of a token and of a query said twice one is taken; a wrong one beside it opens nothing."""
    path = path_of("/dashboard/clients/{id:int}/notes", both[0])
    token = await owner.token()
    wrong_first, _ = await owner.post_raw(path, {"csrf": ["wrong", "wrong too"], "text": "x"})
    in_query, _ = await owner.post_raw(f"{path}?csrf={token}", {"text": "x"})
    right, _ = await owner.post_raw(path, {"csrf": token, "text": "x"})
    twice, _ = await owner.get("/dashboard/journal?page=1&page=99999999999999999999")

    assert (wrong_first, in_query, right, twice) == (403, 403, 303, 200)
