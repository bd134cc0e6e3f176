"""
The price list changes while a client is being booked: she hears the new one before her yes.

And nothing is booked that is not sold any more, or by somebody who has left.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from talk import Talk
from world import FORMS, ROMASHKA, World, open_salons

from beautybot.booking import importing
from beautybot.booking.salon_file import of_json
from beautybot.booking.visits import Status
from beautybot.kit.db import Database

STEPS = ("хочу на маникюр к Вере завтра", "1", "согласна", "Ольга", "+7 916 123-45-67")
BOTH = "хочу на маникюр и педикюр к Вере завтра"
ASKS = "Записать вас?"


@pytest.fixture
async def talk(db: Database, world: World) -> Talk:
    """A client at «Ромашка», where a manicure costs 1 800 ₽."""
    return await Talk.open(db, world)


async def changes(
    talk: Talk,
    *without: str,
    staff: tuple[str, ...] = ("vera", "lena"),
    **manicure: int,
) -> None:
    """The salon saves another list: without some services or people, a manicure otherwise."""
    services: list[dict[str, Any]] = [
        s | (manicure if s["id"] == "manicure" else {}) | {"staff": [*{*s["staff"]} & {*staff}]}
        for s in ROMASHKA["services"]
        if s["id"] not in without
    ]
    people = [p for p in ROMASHKA["staff"] if p["id"] in staff]
    kept = [s | {"bookable": bool(s["staff"])} for s in services]
    file = of_json(ROMASHKA | {"services": kept, "staff": people})
    await talk.db.write(importing.apply, file, now=talk.now, name_forms=FORMS.__getitem__)


async def booked(talk: Talk) -> list[str]:
    """The prices of what is in the book for good."""
    return [str(v.price) for v in await talk.book() if v.status is Status.BOOKED]


@pytest.mark.parametrize("raised_after", range(1, len(STEPS)))
async def test_a_price_raised_before_the_question_is_the_one_that_is_asked_about(
    raised_after: int, talk: Talk
) -> None:
    """Between the offer and the hold, and while the hold waits for name and phone."""
    for number, text in enumerate(STEPS, 1):
        asked = await talk.says(text)
        if number == raised_after:
            await changes(talk, price=2100)

    assert ASKS in asked
    assert "2 100 ₽" in asked
    assert "1 800 ₽" not in asked
    assert "2 100 ₽" in await talk.says("да")
    assert await booked(talk) == ["2 100 ₽"]


@pytest.mark.parametrize("way", ["pressed", "said"])
async def test_a_yes_to_the_old_price_books_nothing_and_is_asked_anew(way: str, talk: Talk) -> None:
    """Between the question and the yes; the second yes, to the new price, books."""
    for text in STEPS:
        asked = await talk.says(text)
    await changes(talk, price=2100)

    again = await (talk.presses("Да, записать") if way == "pressed" else talk.says("да"))
    unasked = await booked(talk)
    done = await talk.says("да")

    assert "1 800 ₽" in asked
    assert ASKS in again
    assert "2 100 ₽" in again
    assert unasked == []
    assert "вы записаны" in done
    assert await booked(talk) == ["2 100 ₽"]


async def test_a_visit_that_moves_is_asked_about_at_the_price_of_today(talk: Talk) -> None:
    """It was booked at the old one; what it costs at the new time is said before the yes."""
    for text in (*STEPS, "да", "перенесите на четверг в 15:00"):
        asked = await talk.says(text)
    await changes(talk, price=2100)

    again = await talk.says("да")
    unmoved = await booked(talk)
    await talk.says("да")

    assert "Перенести запись" in asked
    assert "Перенести запись" in again
    assert "2 100 ₽" in again
    assert unmoved == ["1 800 ₽"]
    assert await booked(talk) == ["2 100 ₽"]


async def test_an_unchanged_price_asks_no_second_time(talk: Talk) -> None:
    """Control: the list was saved again as it was."""
    for text in STEPS:
        await talk.says(text)
    await changes(talk)

    assert "вы записаны" in await talk.says("да")
    assert await booked(talk) == ["1 800 ₽"]


@pytest.fixture
async def quick(sqlite_db: Database) -> Talk:
    """The same, where one engine is enough."""
    return await Talk.open(sqlite_db, await sqlite_db.write(open_salons))


@pytest.mark.parametrize("changed_after", range(1, len(STEPS) + 1))
async def test_a_longer_visit_is_kept_and_shown_as_long_as_it_is(
    changed_after: int, quick: Talk
) -> None:
    """An hour became two; whatever was shown at the yes is what is in the book."""
    for number, text in enumerate(STEPS, 1):
        asked = await quick.says(text)
        if number == changed_after:
            await changes(quick, duration_min=120)
    if changed_after == len(STEPS):
        asked = await quick.says("да")
    await quick.says("да")

    (visit,) = await quick.book()
    assert "10:00–12:00" in asked
    assert visit.status is Status.BOOKED
    assert visit.end - visit.start == timedelta(minutes=120)


@pytest.mark.parametrize("gone_after", range(1, len(STEPS) + 1))
async def test_what_is_not_sold_any_more_is_not_booked(gone_after: int, quick: Talk) -> None:
    """She is told, the other service stays wanted, and no time is kept for what is gone."""
    for number, text in enumerate((BOTH, *STEPS[1:])[:gone_after], 1):
        await quick.says(text)
        if number == gone_after:
            await changes(quick, "pedicure")
    told = await quick.says("да" if gone_after == len(STEPS) else STEPS[gone_after])

    assert "больше нет в списке" in told
    assert "Маникюр. Свободно" in told
    assert "10:00" in told
    assert await quick.book() == []


@pytest.mark.parametrize("gone_after", range(1, len(STEPS) + 1))
async def test_a_time_with_somebody_who_left_is_offered_anew(gone_after: int, quick: Talk) -> None:
    """Nobody else is put in her place unasked."""
    for number, text in enumerate(STEPS[:gone_after], 1):
        await quick.says(text)
        if number == gone_after:
            await changes(quick, staff=("lena",))
    told = await quick.says("да" if gone_after == len(STEPS) else STEPS[gone_after])

    assert "обновили данные" in told
    assert "Лена Орлова" in told
    assert "Вера" not in told
    assert await quick.book() == []


@pytest.mark.parametrize("wish", ["отмените мою запись", "перенесите запись на четверг в 15:00"])
async def test_a_visit_of_a_service_that_is_gone_can_be_cancelled_or_moved(
    wish: str, quick: Talk
) -> None:
    """What was booked is still the client's own."""
    for text in (BOTH, *STEPS[1:], "да"):
        await quick.says(text)
    await changes(quick, "pedicure")

    asked = await quick.says(wish)
    done = await quick.says("да")

    assert "запись" in asked
    assert "Запись" in done or "запись" in done
    assert "отменена" in done or "перенесена" in done


async def test_a_hold_with_time_for_tidying_up_is_kept_as_it_is(quick: Talk) -> None:
    """Control: the same list makes no hold old, whatever stands around the service."""
    await changes(quick, buffer_before_min=10, buffer_after_min=15)
    for text in STEPS[:2]:
        await quick.says(text)
    (first,) = await quick.book()
    for text in STEPS[2:]:
        await quick.says(text)
    (last,) = await quick.book()

    assert (first.id, first.number) == (last.id, last.number)
