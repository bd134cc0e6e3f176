"""Every change of the clock from 2024 to 2028: no slot in a gap, none twice, none off the hours."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from salons_at_random import Line, Salon, grid, true_starts

from beautybot.booking.schedule import Hours
from beautybot.booking.slots import midnight, moment

RUSSIA = (
    *("Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Europe/Saratov", "Europe/Volgograd"),
    *("Asia/Yekaterinburg", "Asia/Omsk", "Asia/Novosibirsk", "Asia/Barnaul", "Asia/Tomsk"),
    *("Asia/Krasnoyarsk", "Asia/Irkutsk", "Asia/Chita", "Asia/Yakutsk", "Asia/Vladivostok"),
    *("Asia/Magadan", "Asia/Sakhalin", "Asia/Srednekolymsk", "Asia/Kamchatka", "Asia/Anadyr"),
)
NEIGHBOURS = ("Asia/Almaty", "Asia/Qyzylorda", "Asia/Tashkent", "Europe/Chisinau", "Asia/Tbilisi")
CHANGING = (
    "Europe/Berlin",
    "Europe/London",
    "Europe/Kyiv",
    "America/New_York",
    "America/Santiago",  # at midnight
    "America/Asuncion",
    "America/Havana",  # at midnight
    "America/St_Johns",
    "Atlantic/Azores",  # back over midnight
    "America/Scoresbysund",
    "America/Nuuk",  # before midnight
    "Africa/Cairo",  # at midnight
    "Africa/Casablanca",  # around Ramadan
    "Asia/Beirut",  # at midnight
    "Asia/Jerusalem",
    "Asia/Gaza",
    "Australia/Sydney",
    "Australia/Lord_Howe",  # half an hour
    "Antarctica/Troll",  # two hours
    "Pacific/Chatham",  # at a quarter to
    "Pacific/Easter",
    "Europe/Dublin",  # "winter" is the exception
)
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
ALL_DAY = [(0, 1440)]
NIGHTS = [(0, 150), (165, 360), (1200, 1440)]


def changes(zone: ZoneInfo) -> list[datetime]:
    """The hours in which the offset changes, in UTC."""
    found, at = [], FIRST
    before = at.astimezone(zone).utcoffset()
    while at < LAST:
        later = at + timedelta(days=1)
        if (now := later.astimezone(zone).utcoffset()) != before:
            found.append(at)
            before = now
        at = later
    return found


def around(zone: ZoneInfo, day: date, spans: list[tuple[int, int]]) -> Salon:
    """A salon open at night, on the days about a change, asked for one service of half an hour."""
    days = tuple(day + timedelta(days=n) for n in (-1, 0, 1, 2))
    week = {None: dict.fromkeys(range(7), spans)}
    return Salon(zone, days, (Line(30),), (0,), hours=Hours(weekly=week))


def starts(salon: Salon) -> list[int]:
    return [at for day in salon.search().by_day() for at, _ in day]


@pytest.mark.parametrize("name", [*RUSSIA, *NEIGHBOURS, *CHANGING])
def test_a_wall_clock_time_is_offered_once_and_only_if_it_exists(name: str) -> None:
    """Also for a salon that never closes, across each change of the clock."""
    zone = ZoneInfo(name)
    for change in changes(zone):
        salon = around(zone, change.astimezone(zone).date(), ALL_DAY)

        found = starts(salon)

        walls = Counter(moment(at).astimezone(zone).replace(tzinfo=None) for at in found)
        assert max(walls.values()) == 1
        assert all(wall.minute % 15 == 0 for wall in walls)
        missing = set(grid(salon)) - set(found)
        assert all(at + 30 > midnight(salon.days[-1] + timedelta(days=1), zone) for at in missing)


@pytest.mark.parametrize("name", CHANGING)
def test_hours_at_night_are_those_of_the_wall_clock(name: str) -> None:
    """The same as the slow reference, minute by minute, over each change of one zone."""
    zone = ZoneInfo(name)
    for change in changes(zone)[:4]:
        salon = around(zone, change.astimezone(zone).date(), NIGHTS)

        assert starts(salon) == sorted(true_starts(salon))


def test_the_changes_are_found() -> None:
    """Control: Berlin changes twice a year, Moscow never, Almaty once and for good."""
    assert len(changes(ZoneInfo("Europe/Berlin"))) == 10
    assert changes(ZoneInfo("Europe/Moscow")) == []
    assert [c.date() for c in changes(ZoneInfo("Asia/Almaty"))] == [date(2024, 2, 29)]


@pytest.mark.parametrize(
    ("day", "wall", "exists"),
    [
        (date(2026, 3, 29), "02:30", False),
        (date(2026, 3, 29), "03:00", True),
        (date(2026, 10, 25), "02:30", True),
        (date(2028, 2, 29), "12:00", True),
        (date(2026, 2, 28), "23:30", True),
        (date(2025, 12, 31), "23:30", True),
        (date(2026, 1, 1), "00:00", True),
    ],
)
def test_a_wall_clock_time_in_berlin(day: date, wall: str, exists: bool) -> None:
    """The leap day, the turn of the year and midnight are times like any other."""
    berlin = ZoneInfo("Europe/Berlin")

    local = [moment(at).astimezone(berlin) for at in starts(around(berlin, day, ALL_DAY))]

    assert [f"{at:%H:%M}" for at in local if at.date() == day].count(wall) == exists


def test_a_visit_may_go_on_over_midnight_where_the_salon_does() -> None:
    """Hours of two days that touch are one stretch; those that end at midnight are not."""
    moscow, monday = ZoneInfo("Europe/Moscow"), date(2026, 3, 2)
    late = midnight(monday + timedelta(days=1), moscow) - 15

    assert late in starts(around(moscow, monday, ALL_DAY))
    assert late not in starts(around(moscow, monday, [(600, 1440)]))


def test_the_day_of_the_change_is_as_long_as_it_is() -> None:
    """Hours by the wall clock: an hour less in spring, one more in autumn."""
    berlin = ZoneInfo("Europe/Berlin")
    lengths = []
    for day in (date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25)):
        salon = around(berlin, day, [(60, 240)])
        begins = midnight(day, berlin)
        free = salon.search().schedule.free_on(1, day)
        lengths.append(sum(b - a for a, b in free))
        assert free[0][0] == begins + 60
    assert lengths == [180, 120, 240]
