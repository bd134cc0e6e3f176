"""Files and voices of clients: given out on request, gone with the person, not kept for ever."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from remains import remains
from sent_files import from_olga
from world import ANNA, World

from beautybot.businesses import sign_ins, users
from beautybot.channels.base import Kind, Media
from beautybot.conversations import attachments, clients
from beautybot.kit import clock
from beautybot.kit.db import Database
from beautybot.privacy import erasing, exporting, retention

VOICE = b"OggS a voice that says my secret is kenar-7731"
HEARD = "kenar-7731"


@pytest.fixture
async def talk(db: Database, world: World) -> AsyncIterator[int]:
    """Ольга has sent a voice note to «Ромашка»; her number there."""
    voice = Media(VOICE, "audio/ogg")
    await db.write(from_olga, world.romashka, Kind.VOICE, voice, {})
    (olga,) = await db.read(clients.search, world.romashka.id, "Ольга")
    yield olga.id


async def test_a_file_is_given_out_as_it_came(db: Database, world: World, talk: int) -> None:
    """The export is JSON, and the file in it is whole."""
    given = await db.read(exporting.export, world.romashka, talk, clock.now())

    (file,) = json.loads(json.dumps(given))["records"]["attachments"]
    assert base64.b64decode(file["data"]) == VOICE


async def test_a_file_goes_with_the_person(db: Database, world: World, talk: int) -> None:
    """Not a byte of the voice is left; control: it was there."""
    before = await remains(db, [HEARD])
    await db.write(erasing.erase, world.romashka, talk, by="operator", now=clock.now())
    await db.scrub()

    assert before and not await remains(db, [HEARD])


async def test_a_file_is_kept_for_half_a_year(db: Database, world: World, talk: int) -> None:
    """Then its bytes go, and whoever looks for it reads why."""
    kept = []
    for days in (179, 181):
        await db.write(retention.forget_old, clock.now() + timedelta(days=days))
        await db.scrub()
        (file,) = await db.read(attachments.of_conversation, world.romashka.id, 1)
        kept.append((file.is_here, file.problem, bool(await remains(db, [HEARD]))))

    assert kept == [(True, None, True), (False, attachments.TOO_OLD, False)]


async def test_sign_ins_that_are_over_go(sqlite_db: Database) -> None:
    """Where somebody was signed in, and from which address, is not kept."""
    from world import open_salons

    now = clock.now()
    salon = (await sqlite_db.write(open_salons)).romashka
    member = await sqlite_db.write(users.put, ANNA, "x", salon.id, "owner", now)
    await sqlite_db.write(sign_ins.begin, member.user_id, "10.1.2.3 a phone", now)
    live, over = [], []
    for hours, seen in ((11, live), (13, over)):
        await sqlite_db.write(retention.forget_old, now + timedelta(hours=hours))
        seen += await sqlite_db.read(sign_ins.places, member.user_id)

    assert len(live) == 1 and over == []
