"""
When the client wants to come.

A day word that is there but was not understood is "unresolved": we ask, and
never fall back to today.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from rapidfuzz.distance import OSA

from beautybot.russian.numbers import ordinal_of, value_of
from beautybot.russian.reading import Reading, table

_CLOCK = re.compile(r"(?<![\d.,+])([01]?\d|2[0-4])\s?[:.\-]\s?([0-5]\d)(?![\d.])")
_DATE = re.compile(r"(?<![\d.])([0-3]?\d)[./]([01]?\d)(?:[./](\d{2,4}))?(?![\d.])")
_NTH = re.compile(r"(?<!\d)([0-3]?\d)\s?-?\s?(?:го|ого|е|ое|числа)(?![а-я])")
_PM = re.compile(r"(?<!\d)(\d{1,2})\s?(am|pm)\b")
_UNITS = re.compile(
    r"(?<!\d)\d+(?:[.,]\d+)?\s?(?:мин\w*|руб\w*|р\b|₽|%|лет\b|год\w*|см\b|мл\b|раз\w*|человек\w*|тыс\w*|сеанс\w*)"
    r"|\b\d\s?[dд]\b|\d{5,}|\bминут\w* (?:на )?\d+"
)


@dataclass(frozen=True, slots=True)
class Hours:
    """When the salon is open: weekday (0 is Monday) to spans of local minutes."""

    week: dict[int, tuple[tuple[int, int], ...]]
    zone: ZoneInfo

    def open_at(self, day: date, minutes: int) -> bool:
        """True if the salon is open then."""
        return any(a <= minutes < b for a, b in self.week.get(day.weekday(), ()))

    def ever_open_at(self, minutes: int) -> bool:
        """True if the salon is open then on any day."""
        return any(a <= minutes < b for spans in self.week.values() for a, b in spans)


@dataclass(frozen=True, slots=True)
class TimeWish:
    """
    A wished time.  `kind`: exact, day, part, after, before, range, clock, first_free.

    `start` and `end` are aware, in the salon's zone; `clock_min` alone means an
    hour without a day.  `readings`: two days are possible, ask.  `unresolved`:
    a day was named that we do not know, ask.
    """

    kind: str
    text: str
    start: datetime | None = None
    end: datetime | None = None
    clock_min: int | None = None
    approximate: bool = False
    readings: tuple[datetime, ...] = ()
    unresolved: bool = False


@dataclass(slots=True)
class _Found:
    day: date | None = None
    readings: tuple[date, ...] = ()
    week: tuple[date, date] | None = None
    clock: int | None = None
    until: int | None = None
    part: tuple[int, int] | None = None
    relation: str = "at"
    approximate: bool = False
    unresolved: bool = False
    spans: list[tuple[int, int]] = field(default_factory=list)


def find_when(
    reading: Reading, now: datetime, hours: Hours, known_day: date | None = None
) -> TimeWish | None:
    """The time a message speaks of, in the salon's zone; None if it speaks of none."""
    text = _without_refused(_UNITS.sub(lambda m: " " * len(m[0]), reading.text))
    found = _Found()
    text = _dates(text, found, now.date())
    words = [(m[0], m.start(), m.end()) for m in re.finditer(r"\d+:\d\d|\d+|[^\W\d_]+", text)]
    _days(words, found, now.date())
    _clock(words, found, hours)
    _relation(words, found)
    return _wish(found, reading, now, hours, known_day)


def _without_refused(text: str) -> str:
    """«Не в пять, а в шесть»: what is refused is not wished."""
    return re.sub(
        r"\bне (?:(?:в|во|на|к) )?([^,.;]{2,25}?)[, ]+а (?=(?:в|во|на|к|после|до)?\b)",
        lambda m: " " * len(m[0]),
        text,
    )


def _dates(text: str, found: _Found, today: date) -> str:
    """Take written dates out of the text, and spell written clocks one way."""

    def clock(match: re.Match[str]) -> str:
        return f"{int(match[1])}:{match[2]}".ljust(len(match[0]))

    for match in _PM.finditer(text):
        hour = int(match[1]) % 12 + (12 if match[2] == "pm" else 0)
        found.clock = hour * 60
        text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    for match in _DATE.finditer(text):
        day, month = int(match[1]), int(match[2])
        later = text[match.end() :].lstrip()[:4]
        if (
            1 <= month <= 12
            and not later.startswith("час")
            and match[0].count(".")
            and (len(match[2]) == 2 and day <= 31 and not _CLOCK.fullmatch(match[0]))
        ):
            found.day = _next_date(day, month, today)
            text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    text = _CLOCK.sub(clock, text)
    for match in _NTH.finditer(text):
        day = int(match[1])
        named = _month_after(text[match.end() :])
        found.day = _next_date(day, named, today) if named else _next_nth(day, today)
        text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    return text


def _days(words: list[tuple[str, int, int]], found: _Found, today: date) -> None:
    next_week = any(w.startswith(("следующ", "след")) for w, _, _ in words)
    for i, (word, _start, _end) in enumerate(words):
        before = words[i - 1][0] if i else ""
        after = words[i + 1][0] if i + 1 < len(words) else ""
        if word in _relative():
            found.day = today + timedelta(days=_relative()[word])
        elif (weekday := _weekday(word)) is not None:
            _set_weekday(found, weekday, today, before, words)
        elif word in _month_names() and (number := _day_number(words, i)) is not None:
            found.day = _next_date(number, _month_names()[word], today)
        elif word == "через":
            _through(words, i, found, today)
        elif word.startswith(("выходн", "уикенд")) and before in (
            "на",
            "в",
            "эти",
            "в эти",
            "есть",
        ):
            saturday = today + timedelta(days=(5 - today.weekday()) % 7)
            found.week = (saturday, saturday + timedelta(days=2))
        elif word.startswith("недел") and next_week and found.day is None:
            monday = today + timedelta(days=7 - today.weekday())
            found.week = (monday, monday + timedelta(days=7))
        elif word.startswith("недел") and before in ("этой", "эту"):
            found.week = (today, today + timedelta(days=7 - today.weekday()))
        elif (nth := ordinal_of(word)) and (after.startswith("числ") or _after_tens(words, i)):
            tens = value_of(before) if before else None
            found.day = _next_nth(nth + (tens if tens in (20, 30) else 0), today)
    if found.week and found.day and next_week and found.day < found.week[0]:
        found.day = None


def _set_weekday(
    found: _Found, weekday: int, today: date, before: str, words: list[tuple[str, int, int]]
) -> None:
    nearest = today + timedelta(days=(weekday - today.weekday()) % 7)
    calendar = today + timedelta(days=7 - today.weekday() + weekday)
    said = {w for w, _, _ in words}
    week_named = any(w.startswith("недел") for w in said)
    if any(w.startswith("следующ") for w in said):
        if week_named:
            found.day = calendar
        elif nearest != calendar:
            found.readings = tuple(sorted({nearest, calendar}))
            found.day = nearest
        else:
            found.day = nearest
        found.week = None
    elif "через" in said and week_named:
        found.day, found.week = calendar, None
    elif found.day is None:
        found.day = nearest
    else:
        found.readings = found.readings or tuple(sorted({found.day, nearest}))
        if len(found.readings) < 2:
            found.readings = ()


def _through(words: list[tuple[str, int, int]], i: int, found: _Found, today: date) -> None:
    rest = [w for w, _, _ in words[i + 1 : i + 3]]
    if not rest:
        return
    count = value_of(rest[0])
    unit = rest[1] if count is not None and len(rest) > 1 else rest[0]
    count = count if count is not None else (2 if rest[0] == "пару" else 1)
    if rest[0] == "пару" and len(rest) > 1:
        unit = rest[1]
    if unit.startswith("недел"):
        found.day = today + timedelta(days=7 * count)
    elif unit.startswith(("день", "дня", "дней", "дн")):
        if unit == "день" and count == 1:
            found.readings = (today + timedelta(days=1), today + timedelta(days=2))
        found.day = today + timedelta(days=count)
    elif unit.startswith("месяц"):
        found.day = today + timedelta(days=30 * count)


def _clock(words: list[tuple[str, int, int]], found: _Found, hours: Hours) -> None:
    texts = [w for w, _, _ in words]
    for i, word in enumerate(texts):
        before = texts[i - 1] if i else ""
        after = texts[i + 1] if i + 1 < len(texts) else ""
        if ":" in word:
            hour, minute = word.split(":")
            _set_clock(found, int(hour) * 60 + int(minute), explicit=int(hour) > 12, hours=hours)
        elif (half := _half(word, after)) is not None:
            _set_clock(found, half, explicit=False, hours=hours)
        elif word == "без" and (minutes := value_of(after)) and i + 2 < len(texts):
            if (hour_of := value_of(texts[i + 2])) is not None:
                _set_clock(found, hour_of * 60 - minutes, explicit=False, hours=hours)
                return
        elif word in ("четверть",) and (nth := ordinal_of(after)):
            _set_clock(found, (nth - 1) * 60 + 15, explicit=False, hours=hours)
        elif word in ("полдень", "noon"):
            found.clock = 12 * 60
        elif (value := value_of(word)) is not None and _is_hour(texts, i, before, after, value):
            _set_clock(found, value * 60, explicit=value > 12, hours=hours)
        elif word in table("time")["parts"] and not (word == "день" and before != "в"):
            part = table("time")["parts"][word]
            found.part = (part[0], part[1])
    if found.clock is not None and found.part is not None:
        found.clock = _in_part(found.clock, found.part)


def _is_hour(texts: list[str], i: int, before: str, after: str, value: int) -> bool:
    if not 0 <= value <= 24 or (
        texts[i] == "час" and before not in ("в", "к", "после", "до", "на")
    ):
        return False
    if after.startswith(("недел", "дн", "ден", "месяц", "числ", "раз", "сеанс", "вариант", "тон")):
        return False
    if after in _month_names() or before in ("номер", "через", "вариант", "минут"):
        return False
    if after.startswith(("час", "утра", "вечера", "дня")) or before in ("часиков", "часов"):
        return True
    if before in ("в", "к", "после", "до", "с", "на", "около", "ко", "по", "раньше", "позже", "at"):
        return not (before in ("до", "на") and after.startswith(("тон", "ног", "рук")))
    if before in ("районе", "примерно", "часам"):
        return True
    return before in _relative() or _weekday(before) is not None


def _half(word: str, after: str) -> int | None:
    """«Полшестого», «пол шестого»: half of the hour before."""
    if word.startswith("пол") and len(word) > 5 and (nth := ordinal_of(word[3:])):
        return (nth - 1) * 60 + 30
    if word in ("пол", "половине", "половина") and (nth := ordinal_of(after)):
        return (nth - 1) * 60 + 30
    return None


def _set_clock(found: _Found, minutes: int, *, explicit: bool, hours: Hours) -> None:
    minutes %= 1440
    later = minutes + 720
    if not explicit and minutes < 720:
        day = found.day
        is_open = hours.ever_open_at if day is None else (lambda m: hours.open_at(day, m))
        if not is_open(minutes) and is_open(later):
            minutes = later
    if found.clock is None:
        found.clock = minutes
    elif found.until is None and minutes > found.clock:
        found.until = minutes


def _in_part(clock: int, part: tuple[int, int]) -> int:
    for candidate in (clock, (clock + 720) % 1440):
        if part[0] * 60 <= candidate < part[1] * 60:
            return candidate
    return clock


def _relation(words: list[tuple[str, int, int]], found: _Found) -> None:
    texts = [w for w, _, _ in words]
    said = set(texts)
    if said & _relation_words("about"):
        found.approximate = True
    joined = " ".join(texts)
    if re.search(
        r"не раньше|позже|после|начиная|\bс \S+ (?:и )?(?:позже|дальше)|\bafter\b", joined
    ):
        found.relation = "after"
    elif re.search(r"не позже|не позднее|\bраньше\b|\bдо\b|\bbefore\b", joined):
        found.relation = "before"
    if re.search(r"после (?:обеда|обед)", joined):
        found.part, found.relation = (13, 24), "at"
    elif re.search(r"до обеда", joined):
        found.part, found.relation = (6, 12), "at"
    if re.search(r"\bс утра\b", joined):
        found.part = (6, 12)


def _wish(
    found: _Found, reading: Reading, now: datetime, hours: Hours, known_day: date | None
) -> TimeWish | None:
    zone = hours.zone
    text = " ".join(reading.raw.split())[:60]
    day = found.day or (known_day if found.clock is not None or found.part else None)
    if day is None and found.week is None and found.clock is None and found.part is None:
        if _named_unknown_day(reading):
            return TimeWish("day", text, unresolved=True)
        if set(reading.words) & _relation_words("first_free"):
            return TimeWish("first_free", text, start=now)
        return None
    if found.week is not None and found.day is None:
        first, last = found.week
        return TimeWish("range", text, _at(first, 0, zone), _at(last, 0, zone))
    if day is None:
        if found.part is not None and found.clock is None:
            start = _at(now.date(), found.part[0] * 60, zone)
            end = _at(now.date(), found.part[1] * 60, zone)
            if end <= now:
                start, end = start + timedelta(days=1), end + timedelta(days=1)
            return TimeWish("part", text, start, end)
        return TimeWish("clock", text, clock_min=found.clock, approximate=found.approximate)
    wish = _on_day(found, day, text, zone)
    return replace(wish, readings=tuple(_at(d, _minutes(wish, zone), zone) for d in found.readings))


def _on_day(found: _Found, day: date, text: str, zone: ZoneInfo) -> TimeWish:
    midnight = _at(day + timedelta(days=1), 0, zone)
    if found.clock is None:
        if found.part is None:
            return TimeWish("day", text, _at(day, 0, zone), midnight)
        return TimeWish(
            "part", text, _at(day, found.part[0] * 60, zone), _at(day, found.part[1] * 60, zone)
        )
    at = _at(day, found.clock, zone)
    if found.until is not None:
        return TimeWish("range", text, at, _at(day, found.until, zone))
    if found.relation == "after":
        return TimeWish("after", text, at, midnight)
    if found.relation == "before":
        return TimeWish("before", text, _at(day, 0, zone), at)
    return TimeWish("exact", text, at, approximate=found.approximate)


def _minutes(wish: TimeWish, zone: ZoneInfo) -> int:
    assert wish.start is not None
    local = wish.start.astimezone(zone)
    return local.hour * 60 + local.minute


def _named_unknown_day(reading: Reading) -> bool:
    """A word that looks like a day and is none we know: a typo too far."""
    shapes = ("понед", "вторн", "четве", "пятни", "субб", "воскр", "послезав", "завтр")
    return any(len(w) >= 6 and w.startswith(shapes) for w in reading.words)


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    extra, rest = divmod(minutes, 1440)
    return datetime.combine(day + timedelta(days=extra), time(rest // 60, rest % 60), zone)


def _next_date(day: int, month: int, today: date) -> date | None:
    for year in (today.year, today.year + 1):
        try:
            candidate = date(year, month, day)
        except ValueError:
            continue
        if candidate >= today:
            return candidate
    return None


def _next_nth(day: int, today: date) -> date | None:
    if not 1 <= day <= 31:
        return None
    month, year = today.month, today.year
    for _ in range(4):
        try:
            candidate = date(year, month, day)
            if candidate >= today:
                return candidate
        except ValueError:
            pass
        month, year = (1, year + 1) if month == 12 else (month + 1, year)
    return None


def _month_after(rest: str) -> int | None:
    word = re.match(r"\s*([а-я]+)", rest)
    return _month_names().get(word[1]) if word else None


def _day_number(words: list[tuple[str, int, int]], i: int) -> int | None:
    if i == 0:
        return None
    word = words[i - 1][0]
    number = ordinal_of(word) or value_of(word)
    tens = value_of(words[i - 2][0]) if i > 1 else None
    if number and tens in (20, 30) and number < 10:
        number += tens
    return number if number and 1 <= number <= 31 else None


def _after_tens(words: list[tuple[str, int, int]], i: int) -> bool:
    return i > 0 and value_of(words[i - 1][0]) in (20, 30) and words[i - 1][0].isalpha()


def _weekday(word: str) -> int | None:
    known = _weekday_names()
    if word in known:
        return known[word]
    if len(word) >= 5:
        for name, number in known.items():
            if len(name) >= 5 and OSA.distance(word, name, score_cutoff=1) <= 1:
                return number
    return None


@cache
def _relative() -> dict[str, int]:
    return {w: int(n) for n, words in table("time")["days"].items() for w in words.split()}


@cache
def _weekday_names() -> dict[str, int]:
    return {w: int(n) for n, words in table("time")["weekdays"].items() for w in words.split()}


@cache
def _month_names() -> dict[str, int]:
    return {w: int(n) for n, words in table("time")["months"].items() for w in words.split()}


@cache
def _relation_words(name: str) -> set[str]:
    return set(table("time")["relations"][name].split())
