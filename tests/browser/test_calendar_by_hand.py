"""Moving a visit: with the mouse on a desktop, with buttons on a phone; what overlaps stays."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page
from salons_at_work import Things
from sqlalchemy import Connection
from windows import enter, resize, shot

from beautybot.booking import appointments, availability, catalogue, visits
from beautybot.booking.availability import Wish
from beautybot.booking.visits import Appointment
from beautybot.kit import clock
from beautybot.kit.db import Database

ROW_PX, ROW_MIN = 5, 5
Day = Callable[[str], Awaitable[tuple[Appointment, Appointment]]]


@pytest.fixture
async def two(sqlite_db: Database, romashka: Things) -> tuple[Appointment, Appointment]:
    """Two visits of one specialist on one day, with free time after each."""
    return await sqlite_db.write(_two, romashka)


@pytest.fixture
def day(
    window: Page,
    base: str,
    sqlite_db: Database,
    romashka: Things,
    two: tuple[Appointment, Appointment],
) -> Day:
    """Opens the day of the two visits for the salon's owner, in a window of a size."""

    async def opened(size: str) -> tuple[Appointment, Appointment]:
        on = two[0].start.astimezone(romashka.business.zone).date()
        await resize(window, size)
        await enter(window, base, sqlite_db, romashka.ids["owner"])
        await window.goto(f"{base}/dashboard/calendar?day={on}")
        return two

    return opened


def _two(conn: Connection, salon: Things) -> tuple[Appointment, Appointment]:
    business, now = salon.business, clock.now()
    listed = catalogue.load(conn, business.id)
    day = (now + timedelta(days=2)).astimezone(business.zone).date()
    day += timedelta(days=day.weekday() == 6)  # closed on Sundays
    made = []
    for hour in (12, 16):
        start = datetime(day.year, day.month, day.day, hour, tzinfo=business.zone)
        wish = Wish(services=(listed.services[0].id,), specialist_id=listed.specialists[0].id)
        slot = availability.fits(conn, business, listed, wish, start, now)
        assert slot is not None
        until = now + timedelta(minutes=5)
        held = appointments.hold(
            conn, business, slot, client_id=None, source="dashboard", now=now, until=until
        )
        appointments.confirm(conn, business, held.id, now=now, by="user:1", name=f"В {hour}")
        made.append(visits.get(conn, business.id, held.id))
    return made[0], made[1]


async def test_a_visit_is_dragged_to_a_free_time_and_to_no_taken_one(
    window: Page,
    sqlite_db: Database,
    romashka: Things,
    day: Day,
) -> None:
    """The database refuses an overlap; the page says so, and the visit is where it was."""
    first, second = await day("desktop")

    await _drag(window, first, by=second.start - first.start)
    await window.locator("#said.problem").wait_for()
    said = await window.inner_text("#said")
    await shot(window, "calendar-conflict-desktop")
    refused = await _now(sqlite_db, romashka, first)
    await _drag(window, first, by=timedelta(hours=2))
    await window.locator("#said.done", has_text="Перенесли на 14:00").wait_for()
    moved = await _now(sqlite_db, romashka, first)
    await shot(window, "calendar-moved-desktop")

    assert "уже записан В 16" in said
    assert refused.start == first.start
    assert moved.start == first.start + timedelta(hours=2)


async def test_a_visit_is_moved_with_buttons_on_a_phone(
    window: Page,
    sqlite_db: Database,
    romashka: Things,
    day: Day,
) -> None:
    """The day is a list; the same refusal, the same move."""
    first, second = await day("phone")
    zone = romashka.business.zone
    await shot(window, "calendar-phone")

    await window.locator(f'[data-visit="{first.id}"] a').click()
    await _move_form(window, second.start.astimezone(zone))
    said = await window.locator(".problem").inner_text()
    await shot(window, "visit-conflict-phone")
    refused = await _now(sqlite_db, romashka, first)
    await _move_form(window, first.start.astimezone(zone) + timedelta(hours=2))
    await window.get_by_text("Сохранено").wait_for()

    assert "уже записан В 16" in said
    assert refused.start == first.start
    assert (await _now(sqlite_db, romashka, first)).start == first.start + timedelta(hours=2)


async def _drag(page: Page, visit: Appointment, *, by: timedelta) -> None:
    box = await _box(page.locator(f'[data-visit="{visit.id}"]'))
    x, y = box["x"] + box["width"] / 2, box["y"] + 8
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x, y + 20)
    await page.mouse.move(x, y + by / timedelta(minutes=ROW_MIN) * ROW_PX, steps=4)
    await page.mouse.up()


async def _box(place: Locator) -> Any:
    await place.scroll_into_view_if_needed()
    return await place.bounding_box()


async def _move_form(page: Page, start: datetime) -> None:
    await page.get_by_label("День и время").fill(f"{start:%Y-%m-%dT%H:%M}")
    await page.get_by_role("button", name="Перенести").click()
    await page.wait_for_load_state()


async def _now(db: Database, salon: Things, visit: Appointment) -> Appointment:
    return await db.read(visits.get, salon.business.id, visit.id)
