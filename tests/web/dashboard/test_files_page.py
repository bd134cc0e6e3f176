"""Clients' files in the dashboard: for the salon's own people, and never as a page of ours."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sent_files import from_olga
from sqlalchemy import Connection, update
from visitor import browser, pages
from world import ANNA, BORIS, World

from beautybot.booking import availability, catalogue, holds
from beautybot.booking.availability import Wish
from beautybot.businesses import users
from beautybot.businesses.models import memberships
from beautybot.channels.base import Kind, Media
from beautybot.conversations import attachments
from beautybot.kit import clock
from beautybot.kit.db import Database

EVIL = b"<html><script>alert(1)</script></html>"
VERA = "vera@romashka.example"
FILE = "/dashboard/files/1"


@pytest.fixture
async def base(db: Database, staffed: World) -> AsyncIterator[str]:
    """The dashboard; a client of «Ромашка» has sent a file that is a page."""
    page = Media(EVIL, "text/html; charset=utf-8")
    kind = {"mime_type": "text/html"}
    await db.write(from_olga, staffed.romashka, Kind.DOCUMENT, page, kind)
    async with pages(db) as address:
        yield address


async def test_a_file_is_bytes_to_be_saved(base: str) -> None:
    """A page in disguise is no page: octets, to be saved, sandboxed, not sniffed."""
    async with browser(base) as anna:
        await anna.sign_in(ANNA)
        async with anna.http.get(base + FILE) as answer:
            data, headers = await answer.read(), answer.headers

    assert data == EVIL
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"] == 'attachment; filename="file-1.bin"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


async def test_it_is_the_salon_s_own(base: str) -> None:
    """Борис, a specialist whose visit it is not, and a stranger: there is no such file."""
    answers = []
    async with browser(base) as stranger:
        answers.append((await stranger.get(FILE))[0])
    for email in (BORIS, VERA):
        async with browser(base) as someone:
            await someone.sign_in(email)
            answers.append((await someone.get(FILE))[0])

    assert answers == [303, 404, 404]


async def test_the_specialist_of_the_visit_has_it(base: str, db: Database, world: World) -> None:
    """Once the file is a visit's, whoever does that visit finds it there and opens it."""
    visit = await db.write(_vera_does_it, world)

    async with browser(base) as vera:
        await vera.sign_in(VERA)
        _, page = await vera.get(f"/dashboard/calendar/{visit}")
        status, _ = await vera.get(FILE)

    assert (status, f'href="{FILE}"' in page) == (200, True)


async def test_a_file_that_is_no_picture_is_offered_for_saving(base: str) -> None:
    """In its conversation: a link, and no element that would run it."""
    async with browser(base) as anna:
        await anna.sign_in(ANNA)
        _, page = await anna.get("/dashboard/conversations/1")

    assert f'href="{FILE}" download' in page
    assert not re.search(r"<(img|audio|video|iframe|object|embed)\b", page)


def _vera_does_it(conn: Connection, world: World) -> int:
    now, salon = clock.now(), world.romashka
    book = catalogue.load(conn, salon.id)
    pedicure = next(s for s in book.services if s.ref == "pedicure")
    (slot, *_) = availability.find(conn, salon, book, Wish(services=(pedicure.id,)), now, limit=1)
    until = now + timedelta(minutes=5)
    held = holds.hold(conn, salon, slot, client_id=None, source="x", now=now, until=until)
    attachments.assign(conn, salon.id, 1, held.id, now)
    (vera,) = [m for m in users.of_business(conn, salon.id) if m.email == VERA]
    conn.execute(
        update(memberships)
        .where(memberships.c.business_id == salon.id, memberships.c.user_id == vera.user_id)
        .values(specialist="vera")
    )
    return held.id
