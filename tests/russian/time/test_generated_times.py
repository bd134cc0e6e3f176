"""Ten thousand dates and hours in many wordings come back as they were."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from beautybot.russian.reading import read
from beautybot.russian.time.finding import find_when
from beautybot.russian.time.wish import Hours, TimeWish

MOSCOW = ZoneInfo("Europe/Moscow")
SALON = Hours(dict.fromkeys(range(7), ((540, 1260),)), MOSCOW)
CASES = 10_800
_MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря "
MONTHS = _MONTHS.split()
WEEKDAYS = (
    "в понедельник",
    "во вторник",
    "в среду",
    "в четверг",
    "в пятницу",
    "в субботу",
    "в воскресенье",
)
_NTH = (
    "первого второго третьего четвертого пятого шестого седьмого восьмого девятого "
    "десятого одиннадцатого двенадцатого тринадцатого четырнадцатого пятнадцатого "
    "шестнадцатого семнадцатого восемнадцатого девятнадцатого двадцатого "
)
NTH = _NTH.split()
_HOUR_WORDS = "двенадцать час два три четыре пять шесть семь восемь девять десять одиннадцать "
HOUR_WORDS = _HOUR_WORDS.split()
EVES = (datetime(2028, 2, 27, 12), datetime(2026, 12, 30, 19), datetime(2027, 1, 31, 9))


def ordinal(day: int) -> str:
    """«двадцать пятого»."""
    if day <= 20:
        return NTH[day - 1]
    tens = "двадцать" if day < 30 else "тридцать"
    return {30: "тридцатого"}.get(day, f"{tens} {NTH[day % 10 - 1]}")


def day_said(day: date, now: datetime, rng: random.Random) -> str:
    """One of the ways to name a day."""
    away = (day - now.date()).days
    ways = [
        f"{day.day} {MONTHS[day.month - 1]}",
        f"{day:%d.%m.%Y}",
        f"{day.isoformat()}",
        f"{ordinal(day.day)} {MONTHS[day.month - 1]}",
        f"{day.day}-го {MONTHS[day.month - 1]}",
        f"{day.day} {MONTHS[day.month - 1]} {day.year} года",
    ]
    if away < 300:
        ways.append(f"{day:%d.%m}")
    if away in (0, 1, 2):
        ways += [("сегодня", "завтра", "послезавтра")[away]] * 3
    if 0 < away < 7:
        ways += [WEEKDAYS[day.weekday()]] * 3
    if away < 28 and away > 0:
        ways.append(f"на {day.day}-е")
        ways.append(f"через {away} дней")
    return rng.choice(ways)


def hour_said(minutes: int, rng: random.Random) -> str:
    """One of the ways to name an hour of a salon's day."""
    hour, minute = divmod(minutes, 60)
    ways = [f"в {hour}:{minute:02}", f"на {hour}:{minute:02}", f"в {hour}.{minute:02}"]
    ways += [f"в {hour} ч {minute:02} мин"] if minute else [f"в {hour}", f"к {hour} часам"]
    if minute == 0:
        marker = "утра" if hour < 12 else "дня" if hour < 17 else "вечера"
        ways += [f"в {hour % 12 or 12} {marker}", f"в {HOUR_WORDS[hour % 12]}"]
    if minute == 30:
        ways += [f"в половине {NTH[hour % 12]}", f"в пол{NTH[hour % 12]}"]
    if minute == 15:
        ways.append(f"четверть {NTH[hour % 12]}")
    if minute == 45:
        ways.append(f"без четверти {HOUR_WORDS[(hour + 1) % 12]}")
    return rng.choice(ways)


def cases() -> Iterator[tuple[str, datetime, datetime]]:
    """A wording, the moment it is said, and the moment it means."""
    rng = random.Random(7)
    for number in range(CASES):
        now = rng.choice(EVES) if number % 5 == 0 else datetime(2026, 1, 1, 8)
        now = (now + timedelta(days=rng.randrange(365))) if number % 5 else now
        day = now.date() + timedelta(days=rng.choice((0, 1, 2, 3, 6, 8, 20, rng.randrange(330))))
        minutes = rng.randrange(9 * 60, 21 * 60, 15)
        said = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
        if said <= now:
            continue
        parts = [day_said(day, now, rng), hour_said(minutes, rng)]
        yield " ".join(parts if rng.random() < 0.8 else parts[::-1]), now, said


def heard(text: str, now: datetime) -> TimeWish | None:
    """What the rules make of it."""
    return find_when(read(text), now.replace(tzinfo=MOSCOW), SALON)


def test_what_was_said_is_what_is_understood() -> None:
    """Over a year, its end, a leap day and short months."""
    wrong, count = [], 0
    for text, now, said in cases():
        count += 1
        wish = heard(text, now)
        if wish is None or wish.start != said.replace(tzinfo=MOSCOW) or wish.ask:
            wrong.append((text, f"{now:%Y-%m-%d %H:%M}", said, wish and wish.start))

    assert count >= 10_000
    assert wrong[:5] == []


@pytest.mark.parametrize("word", ["понедельник", "вторник", "четверг", "пятницу", "субботу"])
def test_a_spoilt_day_is_never_another_day(word: str) -> None:
    """Two slips anywhere: the day itself, a question or nothing; never today for it."""
    now = datetime(2026, 11, 25, 10)  # a Wednesday
    right = heard(f"в {word} в 15:00", now)
    rng = random.Random(word)
    letters = "абвгдежзиклмнопрстуфхцчшщьыюя"

    for _ in range(300):
        spoilt = list(word)
        for _ in range(2):
            at = rng.randrange(len(spoilt))
            spoilt[at] = rng.choice(letters)
        wish = heard(f"в {''.join(spoilt)} в 15:00", now)
        fine = wish is None or wish.ask or wish.start is None or wish == right
        assert fine or (right and wish.start == right.start), "".join(spoilt)


def test_the_hour_that_a_clock_change_skips_is_a_question() -> None:
    """In Berlin there is no half past two on 28 March 2027."""
    berlin = ZoneInfo("Europe/Berlin")
    hours = Hours(dict.fromkeys(range(7), ((0, 1440),)), berlin)
    now = datetime(2027, 3, 27, 12, tzinfo=berlin)

    skipped = find_when(read("завтра в 02:30"), now, hours)
    spoken = find_when(read("завтра в 15:30"), now, hours)

    assert skipped is not None and skipped.ask
    assert spoken is not None and spoken.start == datetime(2027, 3, 28, 15, 30, tzinfo=berlin)
