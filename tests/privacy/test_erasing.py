"""A person asks for what we keep, and to be forgotten: then not a byte of them is left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from draft_migration import all_tables
from remains import remains
from sqlalchemy import Connection, func, select
from town import Town, town

from beautybot.booking.visits import Status
from beautybot.businesses import journal, notices
from beautybot.conversations import clients
from beautybot.conversations.models import inbound_events
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.kit.db import Database
from beautybot.kit.errors import NotFound
from beautybot.privacy import erasing, exporting, fates, retention, tombstones
from beautybot.privacy.erasing import HasVisits

OLGA = WaClient("79161112233", name="Ольга Канарейкина")
MARIA = WaClient("79164445566", name="Мария Соседкина")
SAID = "у меня аллергия на кенар-7731"
WORDS = ("79161112233", "Канарейкина", "кенар-7731")


@pytest.fixture
async def here(db: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """«Ромашка», with two clients who booked and talked."""
    async with town(db, tmp_path) as built:
        await _talked(built)
        yield built


@pytest.fixture
async def home(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """The same where the engine cannot matter."""
    async with town(sqlite_db, tmp_path) as built:
        await _talked(built)
        yield built


async def _talked(built: Town) -> None:
    for client in (OLGA, MARIA):
        for line in ("хочу на маникюр", "1", "да", "да", SAID):
            await built.whatsapp(client, line)


async def client_of(here: Town, client: WaClient) -> int:
    (found,) = await here.db.read(clients.search, here.salon.id, client.wa_id)
    return found.id


async def erase(here: Town, client: WaClient, *, cancel_visits: bool = True) -> erasing.Erased:
    number = await client_of(here, client)
    return await here.db.write(
        erasing.erase,
        here.salon,
        number,
        by="operator",
        now=here.hands(),
        cancel_visits=cancel_visits,
    )


async def test_not_a_byte_is_left_of_who_was_erased(here: Town) -> None:
    """Not in a row, not in the file, not in its log; the neighbour's words all stay."""
    words = set(WORDS) - {"кенар-7731"}  # Maria said that too
    before = await remains(here.db, [*words, MARIA.wa_id])

    erased = await erase(here, OLGA)
    await here.settle()
    scrubbed = await here.db.scrub()

    after = await remains(here.db, [*words, MARIA.wa_id])
    assert scrubbed
    assert set(before) == {*words, MARIA.wa_id}, "control: they are found while they are kept"
    assert set(after) == {MARIA.wa_id}
    assert after[MARIA.wa_id] > 5
    assert erased.events >= 5


async def test_the_salons_books_keep_the_visit_without_the_person(home: Town) -> None:
    """What, when and for how much is the salon's; who is not; the time is free again."""
    await erase(home, OLGA)

    visits = await home.appointments()
    gone = [v for v in visits if v.status is Status.CANCELLED]
    assert [(v.client_name, v.client_phone) for v in gone] == [(None, None)]
    assert [v.client_name for v in visits if v.status is Status.BOOKED] == [MARIA.name]
    told = await home.db.read(notices.listing, home.salon.id)
    assert all("Канарейкина" not in notice.text for notice in told)
    (entry,) = await home.db.read(journal.listing, home.salon.id)
    assert "удалил данные клиента" in entry.what


async def test_visits_to_come_are_not_cancelled_by_the_way(home: Town) -> None:
    """Whoever erases is told of them first, and nothing has happened."""
    with pytest.raises(HasVisits, match="--cancel-visits"):
        await erase(home, OLGA, cancel_visits=False)

    assert set(WORDS) <= set(await remains(home.db, WORDS))


async def test_who_writes_again_is_a_new_person(home: Town) -> None:
    """Erasing bans nobody, and nothing of before is known."""
    before = await client_of(home, OLGA)
    await erase(home, OLGA)

    answer = await home.whatsapp(OLGA, "мои записи")

    assert await client_of(home, OLGA) != before
    assert "Маникюр" not in answer


async def test_everything_kept_is_given_out(home: Town) -> None:
    """The export has every message, visit and consent, and nothing of the neighbour."""
    number = await client_of(home, OLGA)

    given = await home.db.read(exporting.export, home.salon, number, home.hands())

    records = given["records"]
    assert [m["text"] for m in records["messages"] if m["direction"] == "inbound"][-1] == SAID
    assert len(records["messages"]) == 10
    assert [v["client_name"] for v in records["appointments"]] == [OLGA.name]
    assert records["consents"][0]["text_version"] and records["consents"][0]["given_at"]
    assert MARIA.wa_id not in str(given)
    with pytest.raises(NotFound):
        await home.db.read(exporting.export, await home.neighbour(), number, home.hands())


async def test_an_old_copy_does_not_bring_anybody_back(home: Town, tmp_path: Path) -> None:
    """The tombstones of the newer database, applied to an older one, erase again."""
    from beautybot.kit.copies import backup
    from beautybot.kit.db import connect

    await backup(home.db.url, tmp_path / "old.db")
    await erase(home, OLGA)
    stones = await home.db.read(tombstones.listing)
    old = connect(f"sqlite:///{tmp_path / 'old.db'}")
    try:
        back = await old.write(tombstones.apply, stones)
        again = await old.write(tombstones.apply, stones)
        await old.scrub()
        left = await remains(old, (*WORDS[:2], MARIA.wa_id))
    finally:
        await old.close()

    assert (back, again) == (1, 0)
    assert set(left) == {MARIA.wa_id}


async def test_bytes_of_deliveries_are_kept_for_a_month(home: Town) -> None:
    """Then they are emptied, later dropped; a repeat within the month is still a repeat."""

    def bodies(conn: Connection) -> tuple[int, int]:
        full = func.sum(func.length(inbound_events.c.body))
        rows, size = conn.execute(select(func.count(), full)).one()
        return rows, size

    rows, full = await home.db.read(bodies)
    sizes = []
    for days in (29, 31, 91):
        await home.db.write(retention.forget_old, home.hands() + timedelta(days=days))
        sizes.append(await home.db.read(bodies))

    assert full > 1_000
    assert sizes[0] == (rows, full)
    assert sizes[1] == (rows, 0)
    assert sizes[2][0] == 0


def test_every_table_has_a_fate() -> None:
    """A new table must say what becomes of a person in it."""
    placed = [*(fate.table.name for fate in fates.FATES), *fates.BY_WORDS, *fates.NOBODY]

    assert sorted(placed) == sorted(all_tables().tables)
