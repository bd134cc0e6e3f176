"""Copies from the terminal: made beside a server, tried, put back."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from contextlib import closing

import pytest
from operator_console import Operator

from beautybot.businesses import salons
from beautybot.kit import clock
from beautybot.kit.crypto import new_key
from beautybot.kit.db import connect


@pytest.fixture
def operator(two_salons: Operator) -> Operator:
    """Somebody at the terminal of an installation with two salons."""
    return two_salons


def test_a_copy_brings_back_what_was(operator: Operator) -> None:
    """What happened after the copy is gone, what was before is there."""
    operator.types("agent", "--business", "romashka", "--tone", "casual")
    made = operator.types("backup", "copy.bak")
    operator.types("agent", "--business", "romashka", "--tone", "formal")

    restored = operator.types("restore", "copy.bak")

    assert (made.status, restored.status) == (0, 0)
    tone = operator.types("agent", "--business", "romashka", "--json").json["tone"]
    assert tone == "casual"
    assert stat.S_IMODE((operator.folder / "copy.bak").stat().st_mode) == 0o600


def test_a_copy_is_tried_without_touching_anything(operator: Operator) -> None:
    """The drill: put back into a database of its own and counted; the doctor knows the day."""
    operator.sets({"BACKUP_KEY": new_key()})
    before = operator.types("doctor", "--json").json
    operator.types("backup", "copy.bak")
    operator.types("agent", "--business", "romashka", "--tone", "formal")

    tried = operator.types("restore", "copy.bak", "--drill")
    operator.sets({"BACKUP_KEY": new_key()})
    wrong = operator.types("restore", "copy.bak", "--drill")
    after = operator.types("doctor", "--json").json

    assert tried.status == 0 and "2 salons" in tried.out
    assert wrong.status == 1 and len(wrong.err.splitlines()) == 1
    tone = operator.types("agent", "--business", "romashka", "--json").json["tone"]
    assert tone == "formal"
    told = [next(f for f in found if f["about"] == "copies") for found in (before, after)]
    assert [t["state"] for t in told] == ["warning", "ok"]
    assert "0 days ago" in told[1]["what"]


def test_a_damaged_copy_is_refused_and_nothing_is_touched(operator: Operator) -> None:
    """Better the database we have than half of another."""
    operator.types("backup", "copy.bak")
    copy = operator.folder / "copy.bak"
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) // 2])
    operator.types("agent", "--business", "romashka", "--tone", "formal")

    outcome = operator.types("restore", "copy.bak")

    assert outcome.status == 1
    tone = operator.types("agent", "--business", "romashka", "--json").json["tone"]
    assert tone == "formal"


def test_a_copy_is_not_put_under_a_running_server(sqlite_url: str, newcomer: Operator) -> None:
    """The server would go on in the old file and lose what it writes."""
    newcomer.sets({"DATABASE_URL": sqlite_url})
    newcomer.types("backup", "copy.bak")
    server = connect(sqlite_url, owner=True)

    outcome = newcomer.types("restore", "copy.bak")
    asyncio.run(server.close())

    assert outcome.status == 1
    assert "stop it first" in outcome.err


def test_a_copy_made_beside_a_writing_server_is_one_moment(
    sqlite_url: str, newcomer: Operator
) -> None:
    """The file passes its own check whatever was being written."""
    newcomer.sets({"DATABASE_URL": sqlite_url})
    asyncio.run(_backup_while_writing(newcomer, sqlite_url))

    with closing(sqlite3.connect(newcomer.folder / "copy.bak")) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        slugs = [row[0] for row in conn.execute("SELECT slug FROM businesses ORDER BY id")]
    assert slugs == [f"salon-{n}" for n in range(len(slugs))]


async def _backup_while_writing(newcomer: Operator, url: str) -> None:
    server = connect(url, owner=True)
    copying = asyncio.ensure_future(asyncio.to_thread(newcomer.types, "backup", "copy.bak"))
    written = 0
    while not copying.done() or written < 20:
        await server.write(
            salons.create,
            slug=f"salon-{written}",
            name="Салон",
            timezone="Europe/Moscow",
            currency="RUB",
            now=clock.now(),
        )
        written += 1
    assert (await copying).status == 0
    await server.close()
