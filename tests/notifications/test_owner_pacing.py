"""When notices go, and what becomes of many: a few at once, quiet hours, letters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from owners_desk import OwnersDesk, owners_desk
from post_office import post_office
from town import town
from world import ANNA

from beautybot.businesses import bindings, choices, notices
from beautybot.businesses.choices import BadQuietHours, Choices
from beautybot.businesses.notices import NoticeKind
from beautybot.kit.db import Database
from beautybot.kit.mail import Mailer
from beautybot.kit.text import unlinked
from beautybot.notifications import pacing, plans

MOSCOW = ZoneInfo("Europe/Moscow")
NOON = datetime(2026, 3, 2, 9, 20, tzinfo=UTC)
NIGHT = Choices(quiet=(time(22), time(8)))


@pytest.fixture
async def desk(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[OwnersDesk]:
    """«Ромашка» and its global bot."""
    async with town(sqlite_db, tmp_path) as here, owners_desk(here) as made:
        yield made


async def put(desk: OwnersDesk, number: int, kind: NoticeKind = NoticeKind.LATE) -> None:
    for n in range(number):
        await desk.town.db.write(
            notices.put,
            business_id=desk.town.salon.id,
            kind=kind,
            key=f"{kind}:{n}:{desk.town.hands().isoformat()}",
            text=f"Новость {n}",
            now=desk.town.hands(),
            details={"subject": "one"},
        )


@pytest.mark.parametrize(
    ("hour", "choices_", "about", "all_", "letter", "wait"),
    [
        (12, Choices(), 0, 0, False, timedelta(0)),
        (12, Choices(), 5, 5, False, timedelta(minutes=40)),
        (12, Choices(), 0, 30, False, timedelta(minutes=40)),
        (12, Choices(), 0, 0, True, timedelta(minutes=2)),
        (23, NIGHT, 0, 0, False, timedelta(hours=8, minutes=40)),
        (3, NIGHT, 9, 9, False, timedelta(hours=4, minutes=40)),
        (12, NIGHT, 0, 0, False, timedelta(0)),
    ],
)
def test_when_a_notice_goes(
    hour: int, choices_: Choices, about: int, all_: int, letter: bool, wait: timedelta
) -> None:
    """At once, at the hour's end, after the quiet hours, or with a letter."""
    now = NOON.astimezone(MOSCOW).replace(hour=hour).astimezone(UTC)
    due = pacing.due_at(now, MOSCOW, choices_, about=about, all_=all_, letter=letter)

    assert due - now == wait


async def put_about(desk: OwnersDesk, kind: NoticeKind, text: str, about: dict[str, int]) -> None:
    await desk.town.db.write(
        notices.put,
        business_id=desk.town.salon.id,
        kind=kind,
        key=text,
        text=text,
        now=desk.town.hands(),
        details=about,
    )


@pytest.mark.parametrize("text", ["вечером", "22:00", "25-8", "8-8", "22-8-9", "-5-3"])
def test_bad_quiet_hours_are_refused(text: str) -> None:
    """In words; two times, or none."""
    with pytest.raises(BadQuietHours):
        choices.quiet_of(text)


async def test_a_hundred_notices_are_a_few_messages(desk: OwnersDesk) -> None:
    """Five at once, the rest as one list at the hour's end; all are on the dashboard."""
    await desk.bound()
    before = len(desk.texts())
    await put(desk, 100)
    await desk.settle()
    at_once = len(desk.texts()) - before
    desk.town.hands.ahead += timedelta(hours=1)
    await desk.settle()
    kept = await desk.town.db.read(notices.listing, desk.town.salon.id, limit=200)

    assert at_once <= pacing.PER_SUBJECT
    assert len(desk.texts()) - before <= pacing.PER_SUBJECT + 1
    assert "Накопилось" in desk.last() and "и ещё" in desk.last()
    assert len(kept) == 100


async def test_a_talkative_client_does_not_hold_back_what_becomes_of_a_visit(
    desk: OwnersDesk,
) -> None:
    """Her words are capped; that her visit is cancelled is told at once."""
    await desk.bound()
    for n in range(10):
        await put_about(desk, NoticeKind.CLIENT_WRITES, f"word {n}", {"conversation_id": 7})
    await desk.settle()
    capped = len([text for text in desk.texts() if "word" in text])

    await put_about(desk, NoticeKind.CANCELLED, "gone", {"conversation_id": 7, "appointment_id": 3})
    await desk.settle()

    assert capped == pacing.PER_SUBJECT
    assert "gone" in desk.last()


async def test_quiet_hours_hold_notices_back(desk: OwnersDesk) -> None:
    """Nothing comes meanwhile, everything afterwards."""
    user_id = await desk.bound()
    local = desk.town.hands().astimezone(desk.town.salon.zone)
    quiet = ((local - timedelta(hours=1)).time(), (local + timedelta(hours=1)).time())
    await desk.town.db.write(choices.keep, user_id, replace(Choices(), quiet=quiet))
    before = len(desk.texts())
    await put(desk, 2)
    await desk.settle()
    meanwhile = len(desk.texts())
    desk.town.hands.ahead += timedelta(hours=1, minutes=1)
    await desk.settle()

    assert meanwhile == before
    assert len(desk.texts()) == before + 2


async def test_letters_go_where_there_is_no_telegram(desk: OwnersDesk) -> None:
    """One letter for what came together; a server that is away is tried again."""
    async with post_office(refusals=1) as office:
        mailer = Mailer("127.0.0.1", office.port, "bot@salon.example", tls="none")
        desk.town.worker.voices = replace(desk.town.worker.voices, mailer=mailer)
        await desk.add(ANNA)
        await put(desk, 3)
        await desk.settle()
        too_soon = len(office.letters)
        for minutes in (3, 10):
            desk.town.hands.ahead += timedelta(minutes=minutes)
            await desk.settle()

    assert (too_soon, office.refusals) == (0, 0)
    [letter] = office.letters
    assert letter["To"] == ANNA
    assert "Ромашка" in letter["Subject"]
    assert all(f"Новость {n}" in letter.get_content() for n in range(3))


async def test_nobody_adds_a_header_to_a_letter() -> None:
    """A salon's name or a client's words in the subject stay in the subject."""
    async with post_office() as office:
        mailer = Mailer("127.0.0.1", office.port, "bot@salon.example", tls="none")
        await mailer.send(ANNA, "Ромашка\r\nBcc: evil@x.yz", "Текст")

    [letter] = office.letters
    assert letter["Bcc"] is None
    assert "Bcc" in letter["Subject"]


async def test_who_is_bound_gets_no_letters(desk: OwnersDesk) -> None:
    """One place to hear, Telegram first."""
    user_id = await desk.bound()
    bound = await desk.town.db.read(bindings.of_user, user_id)
    before = len(desk.texts())
    await put(desk, 1)
    await desk.settle()

    assert bound is not None
    assert len(desk.texts()) == before + 1


async def test_the_morning_plan_comes_once(desk: OwnersDesk) -> None:
    """At nine by the salon's clock, not at night, and not twice."""
    monday = NOON.replace(hour=6, minute=5)
    night = await desk.town.db.write(plans.tell, NOON.replace(hour=1))
    morning = await desk.town.db.write(plans.tell, monday)
    again = await desk.town.db.write(plans.tell, monday + timedelta(minutes=5))
    tuesday = await desk.town.db.write(plans.tell, monday + timedelta(days=1))
    kept = await desk.town.db.read(notices.listing, desk.town.salon.id)

    assert (night, morning, again, tuesday) == (0, 2, 0, 1)
    assert {n.kind for n in kept} == {NoticeKind.PLAN, NoticeKind.WEEK}


@pytest.mark.parametrize(
    "text",
    ["http://evil.example/x", "evil.example", "t.me/joinchat", "@evil_bot", "#tag", "a@b.ru"],
)
def test_a_strangers_words_are_no_link(text: str) -> None:
    """They read the same; a time stays as it is."""
    shown = unlinked(text)

    assert shown != text
    assert shown.replace("\u2060", "") == text
    assert unlinked("24.11 в 15:00") == "24.11 в 15:00"
