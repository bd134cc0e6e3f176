"""What was said is kept for as long as the installation says, and not a byte longer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from remains import remains
from sqlalchemy import Connection, func, select
from town import Town, town

from beautybot import chores
from beautybot.businesses import access
from beautybot.businesses.models import notices
from beautybot.businesses.notices import NoticeKind, put as put_notice
from beautybot.conversations import history, outbox
from beautybot.conversations.models import clients, messages, turns
from beautybot.conversations.outbox import Draft
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.kit.db import Database, across_salons
from beautybot.kit.jobs import Job
from beautybot.privacy import retention

OLGA = WaClient("79161234567", name="Ольга")
SECRET = "kenar-7731"
DAILY = Job(1, "forget_talks", "always", {}, 1, 1)


@pytest.fixture
async def here(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """Ольга asked the price, and was answered."""
    async with town(sqlite_db, tmp_path) as built:
        await built.whatsapp(OLGA, f"сколько стоит маникюр? {SECRET}")
        await built.db.write(_told, built)
        await built.db.write(retention.forget_old, built.hands() + timedelta(days=100))
        yield built


async def test_a_talk_goes_after_so_many_months(here: Town) -> None:
    """Its words and traces; the client is still known, and is answered as ever."""
    left = {}
    for months in (35, 37):
        here.hands.ahead = months * chores.MONTH
        await chores.forgetting_talks(36)(here.worker, DAILY)
        left[months] = (await here.db.read(_counts), bool(await remains(here.db, [SECRET])))

    assert left[35][1] and min(left[35][0]) > 0
    assert left[37] == ((1, 0, 0, 1), False)
    assert len(await here.db.read(history.listing, here.salon.id, here.hands())) == 1
    assert "1 800" in await here.whatsapp(OLGA, "а сколько стоит маникюр?")


async def test_nothing_goes_where_nobody_said_when(here: Town) -> None:
    """Nought: for ever."""
    before = await here.db.read(_counts)

    here.hands.ahead = timedelta(days=9_000)
    await chores.forgetting_talks(0)(here.worker, DAILY)

    assert await here.db.read(_counts) == before


async def test_of_a_long_talk_some_goes_at_a_time(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never more in one transaction; what waits to be sent and a neighbour's talk stay."""
    neighbour = await here.neighbour()
    monkeypatch.setattr(retention, "TALKS_AT_ONCE", 3)
    for _ in range(3):
        await here.whatsapp(OLGA, "сколько стоит педикюр?")
    await here.db.write(_waits, here)
    later, gone = here.hands() + timedelta(days=1), []

    strangers = await here.db.write(retention.forget_talks, neighbour.id, later)
    while some := await here.db.write(retention.forget_talks, here.salon.id, later):
        gone.append(some)

    assert strangers == 0
    assert len(gone) > 1 and max(gone) == 3
    assert (await here.db.read(_counts))[0] == 1  # the one that waits is the newest


def _counts(conn: Connection) -> tuple[int, ...]:
    """Messages, turns, notices, clients."""
    return tuple(
        conn.execute(across_salons(select(func.count()).select_from(table))).scalar_one()
        for table in (messages, turns, notices, clients)
    )


def _told(conn: Connection, here: Town) -> None:
    """A notice that quotes her."""
    put_notice(
        conn,
        business_id=here.salon.id,
        kind=NoticeKind.LATE,
        key="1",
        text=f"Ольга пишет: {SECRET}",
        now=here.hands(),
    )


def _waits(conn: Connection, here: Town) -> None:
    """Something that is due in a year."""
    (talk,) = history.listing(conn, here.salon.id, here.hands())
    account = next(a for a in access.of_business(conn, here.salon.id) if a.channel == "whatsapp")
    outbox.put(
        conn,
        business_id=here.salon.id,
        conversation_id=talk.id,
        account_id=account.id,
        draft=Draft("до встречи"),
        now=here.hands(),
        wait=timedelta(days=365),
    )
