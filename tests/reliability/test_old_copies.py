"""The drill: a copy made under load is put back later, and nobody hears anything twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from remains import remains
from sqlalchemy import Connection, func, select
from town import PHONE_ID, Town, town

from beautybot.businesses import notices
from beautybot.conversations import clients
from beautybot.conversations.models import messages
from beautybot.demo.fakes.faults import refused
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.kit.copies import BadCopy, backup, restore
from beautybot.kit.crypto import Key, new_key, parse_keys
from beautybot.kit.db import Database, across_salons, connect
from beautybot.kit.sealed import WrongSeal
from beautybot.privacy import erasing, old_copies, tombstones

OLGA = WaClient("79161112233", name="Ольга Канарейкина")
MARIA = WaClient("79164445566", name="Мария Соседкина")


@pytest.fixture
async def here(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """«Ромашка»: Мария has booked for tomorrow, Ольга's answer waits for WhatsApp to mend."""
    async with town(sqlite_db, tmp_path) as built:
        for line in ("хочу на маникюр завтра", "1", "да", "да"):
            await built.whatsapp(MARIA, line)
        built.graph.faults.put(PHONE_ID, refused(500, method="messages"), times=99)
        await built.whatsapp(OLGA, "сколько стоит педикюр?")
        yield built


@pytest.fixture
def key() -> Key:
    return parse_keys(new_key())[0]


@asynccontextmanager
async def put_back(
    here: Town, copy: Path, key: Key, *, settled: bool = True
) -> AsyncIterator[Town]:
    """The same salon served from the copy."""
    url = f"sqlite:///{copy.with_suffix('.restored')}"
    made = await restore(url, copy, key)
    db = connect(url)
    try:
        if settled:
            stones = await here.db.read(tombstones.listing)
            await db.write(old_copies.settle, stones, made=made, now=here.hands())
            await db.scrub()
        yield replace(here, db=db, worker=replace(here.worker, db=db))
    finally:
        await db.close()


def heard(here: Town) -> int:
    """How much of ours stands on the clients' screens."""
    return sum(len(here.graph.transcripts.ours(PHONE_ID, c.wa_id)) for c in (OLGA, MARIA))


async def later(here: Town) -> None:
    """Time passes, and everything due is done."""
    here.hands.ahead += timedelta(minutes=10)
    await here.settle()


async def test_nothing_is_said_twice(here: Town, tmp_path: Path, key: Key) -> None:
    """What waited in the copy has long been said; control: unsettled, the copy says it again."""
    await backup(here.db.url, copy := tmp_path / "old.copy", key)
    here.graph.faults.clear()
    await later(here)
    before = heard(here)

    async with put_back(here, copy, key) as restored:
        await later(restored)
        after = heard(here)
        (told, *_) = await restored.db.read(notices.listing, here.salon.id)
    async with put_back(here, copy, key, settled=False) as careless:
        await later(careless)

    assert after == before
    assert heard(here) == before + 1
    assert "восстановлена из копии" in told.text and "Впереди визитов: 1" in told.text


async def test_the_erased_stay_erased(here: Town, tmp_path: Path, key: Key) -> None:
    """The copy had her; the database that it replaces says that she wished to be forgotten."""
    await backup(here.db.url, copy := tmp_path / "old.copy", key)
    (olga,) = await here.db.read(clients.search, here.salon.id, OLGA.wa_id)
    await here.db.write(erasing.erase, here.salon, olga.id, by="operator", now=here.hands())

    async with put_back(here, copy, key) as restored:
        left = await remains(restored.db, (OLGA.wa_id, "Канарейкина", MARIA.wa_id))

    assert set(left) == {MARIA.wa_id}


async def test_a_copy_under_load_is_one_moment(here: Town, tmp_path: Path, key: Key) -> None:
    """Writes go on beside it; every message in it has its conversation, and none is half there."""

    def said(conn: Connection) -> int:
        return int(conn.execute(across_salons(select(func.count(messages.c.id)))).scalar_one())

    before = await here.db.read(said)
    writing = asyncio.create_task(_talk(here))
    await asyncio.sleep(0.05)
    await backup(here.db.url, copy := tmp_path / "busy.copy", key)
    await writing
    after = await here.db.read(said)

    async with put_back(here, copy, key) as restored:
        kept = await restored.db.read(said)
    assert before <= kept <= after


async def _talk(here: Town) -> None:
    for number in range(5):
        await here.whatsapp(WaClient(f"7916000000{number}", name="Ира"), "сколько стоит педикюр?")


async def test_a_copy_without_its_key_changes_nothing(here: Town, tmp_path: Path, key: Key) -> None:
    """No key, another key, a flipped byte: words, and no database appears."""
    await backup(here.db.url, copy := tmp_path / "old.copy", key)
    target = tmp_path / "target.db"

    with pytest.raises(BadCopy, match="BACKUP_KEY"):
        await restore(f"sqlite:///{target}", copy)
    with pytest.raises(WrongSeal):
        await restore(f"sqlite:///{target}", copy, parse_keys(new_key())[0])
    spoilt = bytearray(copy.read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    copy.write_bytes(spoilt)
    with pytest.raises(WrongSeal):
        await restore(f"sqlite:///{target}", copy, key)

    assert not target.exists()
    assert OLGA.wa_id.encode() not in copy.read_bytes()
