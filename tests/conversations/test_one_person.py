"""Two rows that turn out to be one person: what each allowed, and where they can be reached."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection
from world import MONDAY, World

from beautybot.businesses import access
from beautybot.channels.base import Identity, IdentityKind
from beautybot.conversations import clients, consents, identities, messages, routes
from beautybot.conversations.consents import Proof, Purpose
from beautybot.kit.db import Database

PROOF = Proof("1", "0" * 64, None)
OLD = Identity(IdentityKind.TG_USER, "1")
NEW = Identity(IdentityKind.WA_PHONE, "79161234567")


@pytest.fixture
async def two(db: Database, world: World) -> tuple[int, int]:
    """Two clients of «Ромашка»: the second can be written to, the first has the records."""
    return await db.write(_two, world.romashka.id)


def _two(conn: Connection, salon: int) -> tuple[int, int]:
    account = access.connect(
        conn,
        business_id=salon,
        channel="telegram",
        external_id="bot",
        display="bot",
        details={},
        now=MONDAY,
    )
    ids = [
        clients.recognise(conn, salon, "x", [i], name=None, phone=None, now=MONDAY)
        for i in (OLD, NEW)
    ]
    messages.open_conversation(conn, account, ids[1], "chat", MONDAY)
    return ids[0], ids[1]


async def test_whose_records_were_merged_away_can_still_be_reached(
    db: Database, world: World, two: tuple[int, int]
) -> None:
    """A visit keeps the id it was made under; the person is found by the one that lives on."""
    gone, kept = two
    salon = world.romashka.id
    before = await db.read(routes.open_for, salon, gone, MONDAY)

    await db.write(lambda conn: identities.merge(conn, salon, keep=kept, gone=gone))

    assert before is None
    assert await db.read(routes.open_for, salon, gone, MONDAY) is not None
    assert await db.read(clients.everything_of, salon, gone) == (kept, gone)


async def test_a_stop_survives_the_merging(
    db: Database, world: World, two: tuple[int, int]
) -> None:
    """Whoever of the two asked for silence has it."""
    gone, kept = two
    salon = world.romashka.id
    await db.write(consents.opt_out, salon, gone, MONDAY)

    await db.write(lambda conn: identities.merge(conn, salon, keep=kept, gone=gone))

    assert (await db.read(clients.get, salon, kept)).opted_out
    assert await db.read(routes.open_for, salon, gone, MONDAY) is None


async def test_a_yes_to_advertising_is_its_own_and_can_be_taken_back(
    db: Database, world: World, two: tuple[int, int]
) -> None:
    """A yes to personal data is no yes to advertising; a stop ends it."""
    _, client = two
    salon = world.romashka.id

    def give(conn: Connection, purpose: Purpose) -> None:
        consents.give(conn, salon, client, purpose, PROOF, channel="telegram", now=MONDAY)

    await db.write(give, Purpose.PERSONAL_DATA)
    assert not await db.read(consents.has, salon, client, Purpose.ADVERTISING)

    await db.write(give, Purpose.ADVERTISING)
    assert await db.read(consents.has, salon, client, Purpose.ADVERTISING)

    await db.write(consents.opt_out, salon, client, MONDAY + timedelta(days=1))
    assert not await db.read(consents.has, salon, client, Purpose.ADVERTISING)
    assert await db.read(consents.has, salon, client, Purpose.PERSONAL_DATA)
