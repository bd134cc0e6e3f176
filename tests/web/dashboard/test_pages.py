"""The dashboard over HTTP: who gets in, what they see, and what another salon cannot."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from visitor import PASSWORD, Visitor, browser, pages
from world import ANNA, World

from beautybot.booking import availability, catalogue, visits
from beautybot.booking.availability import Wish
from beautybot.booking.visits import Status
from beautybot.businesses import access, salons, users
from beautybot.channels.base import Identity, IdentityKind
from beautybot.conversations import clients, handoff, history, messages
from beautybot.kit import clock
from beautybot.kit.db import Database
from beautybot.web.dashboard.routes import TABLE, PageRoute

VERA = "vera@romashka.example"
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


@pytest.fixture
async def base(db: Database, staffed: World) -> AsyncIterator[str]:
    """The dashboard, with people of both salons and a conversation in «Ромашка»."""
    await db.write(_talk, staffed)
    async with pages(db) as address:
        yield address


def _talk(conn: object, world: World) -> None:
    now, salon = clock.now(), world.romashka
    account = access.connect(
        conn,  # type: ignore[arg-type]
        business_id=salon.id,
        channel="console",
        external_id="terminal",
        display="terminal",
        details={},
        now=now,
    )
    client_id = clients.recognise(
        conn,  # type: ignore[arg-type]
        salon.id,
        "console",
        [Identity(IdentityKind.CONSOLE, "olga")],
        name=EVIL,
        phone=None,
        now=now,
    )
    messages.open_conversation(conn, account, client_id, "olga", now)  # type: ignore[arg-type]


async def test_nobody_gets_in_without_a_sign_in(base: str) -> None:
    """Every page of the table sends a stranger to the sign-in page."""
    async with browser(base) as stranger:
        for row in TABLE:
            status, _ = await _try(stranger, row, 1)
            assert status == 303, row.path


@pytest.mark.parametrize(("email", "password"), [(ANNA, "wrong wrong wrong"), ("x@y.zz", PASSWORD)])
async def test_what_is_wrong_is_not_said(base: str, email: str, password: str) -> None:
    """An unknown address and a wrong password look the same."""
    async with browser(base) as stranger:
        status, page = await stranger.post_raw("/login", {"email": email, "password": password})

    assert status == 401
    assert "Адрес или пароль не подходят" in page


async def test_guessing_is_stopped(base: str) -> None:
    """After five wrong passwords even the right one has to wait."""
    async with browser(base) as stranger:
        tries = [await stranger.sign_in(ANNA, f"guess number {n}") for n in range(5)]
        right = await stranger.sign_in(ANNA)

    assert tries == [401] * 5
    assert right == 429


async def test_the_owner_opens_every_page(base: str) -> None:
    """Each answers, and nothing a client wrote is markup."""
    async with browser(base) as anna:
        assert await anna.sign_in(ANNA) == 303
        for row in TABLE:
            if row.method == "GET" and not row.path.endswith(
                ("events", "export", "calendar/{id:int}")
            ):
                status, page = await anna.get(row.path.replace("{id:int}", "1"))
                assert status == 200, row.path
                assert "<script>alert" not in page and "<img src=x" not in page, row.path
        _, shown = await anna.get("/dashboard/conversations")

    assert "&lt;script&gt;alert(1)" in shown


async def test_a_specialist_sees_the_calendar_only(base: str) -> None:
    """Everything for staff is not there for her."""
    async with browser(base) as vera:
        await vera.sign_in(VERA)
        seen = {
            row.path: (await _try(vera, row, 1))[0]
            for row in TABLE
            if users.Role.SPECIALIST not in row.roles
        }
        calendar, _ = await vera.get("/dashboard/calendar")

    assert set(seen.values()) == {404}
    assert calendar == 200


@pytest.mark.parametrize(
    ("fields", "headers"),
    [({}, {}), ({"csrf": "0" * 64}, {}), ({}, {"origin": "https://evil.example"})],
)
async def test_a_form_from_elsewhere_is_refused(
    base: str, db: Database, world: World, fields: dict[str, str], headers: dict[str, str]
) -> None:
    """Without our token, with a made-up one, or from another site."""
    async with browser(base) as anna:
        await anna.sign_in(ANNA)
        fields = dict(fields) or ({"csrf": await anna.token()} if headers else {})
        status, _ = await anna.post_raw("/dashboard/settings/agent", fields, **headers)

    assert status == 403
    assert (await db.read(salons.get, world.romashka.id)).agent_enabled


async def test_a_person_takes_over_answers_and_gives_back(
    base: str, db: Database, world: World
) -> None:
    """The answer goes through the outbox; the agent is silent meanwhile."""
    async with browser(base) as anna:
        await anna.sign_in(ANNA)
        await anna.post("/dashboard/conversations/1/reply", text="Здравствуйте, это Анна!")
        (taken,) = await db.read(history.listing, world.romashka.id, clock.now())
        await anna.post("/dashboard/conversations/1/give-back")

    assert taken.handoff is not None and taken.handoff.reason == "taken"
    (message,) = await db.read(history.thread, world.romashka.id, 1)
    assert message.text == "Здравствуйте, это Анна!" and message.author.startswith("user:")
    assert await db.read(handoff.current, world.romashka.id, 1, clock.now()) is None


async def test_settings_change_the_agent(base: str, db: Database, world: World) -> None:
    """The switch, the tone, the restrictions, the rules."""
    async with browser(base) as anna:
        await anna.sign_in(ANNA)
        status, _ = await anna.post(
            "/dashboard/settings/agent",
            tone="formal",
            restrictions="Не обсуждаем политику",
            reminders_h="48, 3",
            cancel_window_h="6",
            no_show_limit="2",
            no_show_months="6",
            consent="notice",
            agent_from="21:00",
            agent_to="09:00",
            answers_whatsapp="1",
        )

    changed = await db.read(salons.get, world.romashka.id)
    assert status == 303
    assert (changed.agent_enabled, changed.tone) == (False, "formal")
    assert changed.restrictions == "Не обсуждаем политику"
    assert (changed.settings.reminders_h, changed.settings.cancel_window_h) == ((48, 3), 6)
    assert (changed.settings.no_show_limit, changed.settings.no_show_months) == (2, 6)
    assert changed.settings.agent_hours == ("21:00", "09:00")
    assert changed.settings.agent_silent_in == ("telegram",)


@pytest.mark.parametrize("given", ["-1", "21", "много", "1.5", "9" * 400])
async def test_absurd_limits_of_no_shows_change_nothing(
    base: str, db: Database, world: World, given: str
) -> None:
    """Refused with a sentence that names what is wrong; the rest of the form is not kept either."""
    async with browser(base) as anna:
        await anna.sign_in(ANNA)
        status, page = await anna.post(
            "/dashboard/settings/agent", tone="formal", no_show_limit=given
        )

    assert status == 400
    assert "Нужно целое число от 0 до 20." in page
    assert await db.read(salons.get, world.romashka.id) == world.romashka


async def test_a_visit_by_hand_cannot_overlap(base: str, db: Database, world: World) -> None:
    """The second one at that time is refused with a sentence."""
    start = await _free_time(db, world)
    fields = {"service": "1", "specialist": "1", "name": "Ира", "start": start}
    async with browser(base) as anna:
        await anna.sign_in(ANNA)
        first, _ = await anna.post("/dashboard/calendar", **fields)
        second, page = await anna.post("/dashboard/calendar", **fields)

    assert (first, second) == (303, 409)
    assert "уже записан Ира" in page
    (visit,) = await db.read(visits.listing, world.romashka.id)
    assert (visit.status, visit.client_name, visit.source) == (Status.BOOKED, "Ира", "dashboard")


async def test_a_test_chat_touches_nothing_real(base: str, db: Database, world: World) -> None:
    """It answers, and the salon's book and conversations stay as they were."""
    async with browser(base) as anna:
        await anna.sign_in(ANNA)
        status, page = await anna.post("/dashboard/settings/try", text="сколько стоит маникюр?")

    assert status == 200
    assert "1 800 ₽" in page
    assert await db.read(visits.listing, world.romashka.id) == []
    assert len(await db.read(history.listing, world.romashka.id, clock.now())) == 1


async def _free_time(db: Database, world: World) -> str:
    now = clock.now()
    listed = await db.read(catalogue.load, world.romashka.id)
    wish = Wish(services=(1,), specialist_id=1, start=now + timedelta(days=1))
    slots = await db.read(availability.find, world.romashka, listed, wish, now, limit=1)
    return slots[0].start.astimezone(world.romashka.zone).strftime("%Y-%m-%dT%H:%M")


async def _try(visitor: Visitor, row: PageRoute, number: int) -> tuple[int, str]:
    path = re.sub(r"\{\w+:int\}", str(number), row.path)
    if row.method == "GET":
        return await visitor.get(path)
    return await visitor.post(path, text="x", start="2030-01-01T10:00", end="2030-01-02T10:00")
