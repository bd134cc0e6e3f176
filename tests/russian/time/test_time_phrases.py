"""What clients say about time means what a person would understand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from beautybot.russian.reading import read
from beautybot.russian.time.finding import find_when
from beautybot.russian.time.wish import Hours, TimeWish

MOSCOW = ZoneInfo("Europe/Moscow")
SALON = Hours({**dict.fromkeys(range(6), ((540, 1260),)), 6: ((600, 1200),)}, MOSCOW)
PHRASES = Path(__file__).with_name("phrases.tsv")


def phrases() -> Iterator[tuple[str, str, datetime]]:
    now = datetime(2026, 11, 23, 10, 30, tzinfo=MOSCOW)
    for line in PHRASES.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            now = datetime.fromisoformat(line[1:].strip()).replace(tzinfo=MOSCOW)
        elif line and not line.startswith("#"):
            phrase, expected = line.split("\t")
            yield phrase, expected, now


def day_of(text: str, now: datetime) -> str:
    """«12-05» is this year or the next; a full date stays."""
    if len(text) == 10:
        return text
    month, day = (int(n) for n in text.split("-"))
    year = now.year + (month < now.month)
    return date(year, month, day).isoformat()


def spelt(expected: str, now: datetime) -> str:
    """Expected words with full dates."""
    return re.sub(
        r"\d{4}-\d\d-\d\d|(?<!\d)\d\d-\d\d(?!:)", lambda m: day_of(m[0], now), expected
    ).replace("about", "exact~")


def shown(wish: TimeWish | None) -> str:
    """A wish in the words of the table."""
    if wish is None:
        return "none"
    if wish.unresolved:
        return "unresolved"
    if wish.readings:
        return "ask " + " | ".join(_at(r, wish.kind) for r in wish.readings)
    if wish.windows and len({w[0].date() for w in wish.windows}) <= 3:
        return "either " + " | ".join(_at(w[0], wish.kind) for w in wish.windows)
    if wish.kind == "first_free":
        return "first_free"
    if wish.start is None and wish.kind != "before" and wish.clock_min is not None:
        return _hours(wish)
    return _with_day(wish)


def _hours(wish: TimeWish) -> str:
    begin, end = wish.clock_min or 0, wish.until_min or 0
    clock = [f"{m // 60:02}:{m % 60:02}" for m in (begin, end)]
    if wish.kind in ("range", "part"):
        return f"{wish.kind} {clock[0]}-{clock[1]}"
    return f"{wish.kind} {clock[1] if wish.kind == 'before' else clock[0]}"


def _with_day(wish: TimeWish) -> str:
    if wish.kind == "before":
        if wish.start is None:
            return _hours(wish)
        assert wish.end is not None
        return f"before {wish.end:%Y-%m-%d %H:%M}"
    assert wish.start is not None
    if wish.kind in ("exact", "after"):
        about = "~" if wish.approximate else ""
        return f"{wish.kind}{about} {wish.start:%Y-%m-%d %H:%M}"
    assert wish.end is not None
    first, last = wish.start.date(), (wish.end - timedelta(seconds=1)).date()
    if wish.start.time() == time(0) and wish.end.time() == time(0):
        return f"{wish.kind} {first}" + (f"..{last}" if last != first else "")
    end = "24:00" if wish.end.time() == time(0) else f"{wish.end:%H:%M}"
    return f"{wish.kind} {wish.start:%Y-%m-%d %H:%M}-{end}"


def _at(at: datetime, kind: str) -> str:
    return f"{at:%Y-%m-%d}" if kind == "day" else f"{at:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(("phrase", "expected", "now"), list(phrases()), ids=str)
def test_a_phrase_means_what_the_table_says(phrase: str, expected: str, now: datetime) -> None:
    """Every line of phrases.tsv."""
    wish = find_when(read(phrase), now, SALON)

    assert shown(wish) == spelt(expected, now)
