"""Finding the time a message speaks of: tokens, rules, meeting, moments."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

from beautybot.russian.reading import Reading, table
from beautybot.russian.time.clocks import hour_and_minutes
from beautybot.russian.time.days import next_nth, one
from beautybot.russian.time.kinds import Kind, Token
from beautybot.russian.time.merge import Merged, Wanted, merge
from beautybot.russian.time.resolve import Said, resolve
from beautybot.russian.time.rules import NAMES, RELATIONS
from beautybot.russian.time.telling import wished
from beautybot.russian.time.tokens import tokens_of
from beautybot.russian.time.windows import Window
from beautybot.russian.time.wish import Hours, TimeWish

DAY, HOUR = "day", "hour"
LAST_HOUR = 24


def find_when(
    reading: Reading,
    now: datetime,
    hours: Hours,
    known_day: date | None = None,
    *,
    asked: str = "",
) -> TimeWish | None:
    """
    The time a message speaks of, in the salon's zone; None if it speaks of none.

    `now` is when the message was written.  `known_day` is the day agreed on
    before, for an hour said without one.  `asked`: we asked for a `day`, an
    `hour` or for either, and a number alone is that.
    """
    local = now.astimezone(hours.zone) if now.tzinfo else now.replace(tzinfo=hours.zone)
    coming = any(word.startswith(_coming()) for word in reading.words)
    tokens = _customs(tokens_of(reading.text, local.date()), wished=_are_wished(reading))
    if asked == DAY and _is_on_number(tokens):
        tokens = tokens[1:]  # «на 3», and the day was asked
    reduced = RELATIONS.reduce(NAMES.reduce(tokens, local.date()), local.date())
    merged = merge(wished(reduced, local.date(), asked=bool(asked)))
    if merged is None and known_day is not None:
        merged = _bare_hour(tokens, local.date())
    elif merged is None and asked:
        merged = _bare(tokens, local.date(), asked)
    if merged is None or (not (asked or known_day) and not coming and _is_length(merged)):
        return None
    begin, end = merged.span
    text = reading.text[begin:end].strip(" ,.!?")
    return resolve(merged, Said(local, hours, text, merged.span), known_day)


def _bare_hour(tokens: list[Token], today: date) -> Merged | None:
    """A number alone is an hour where the day is known and the hour is not; «18 30 норм» too."""
    said = [t for t in tokens if t.kind not in (Kind.STOP, Kind.COMMA)]
    figures = [t for t in said if t.kind in (Kind.NUMBER, Kind.BIG)]
    agreed = [t for t in said[len(figures) :] if t.kind not in (Kind.HOUR, Kind.HOURS)]
    if not figures or len(figures) > 2 or said[: len(figures)] != figures or len(agreed) > 1:
        return None
    if any(not t.text.startswith(_agreeing()) for t in agreed):
        return None
    clock = hour_and_minutes(figures, today)
    if clock is None:
        return None
    return Merged((Wanted(window=Window("at", clock)),), (figures[0].start, figures[-1].end))


def _bare(tokens: list[Token], today: date, asked: str) -> Merged | None:
    """A number alone, after «на какой день?»; where it may be a day or an hour, a question."""
    said = [t for t in tokens if t.kind not in (Kind.STOP, Kind.COMMA)]
    if len(said) == 2 or asked == HOUR:
        return _bare_hour(tokens, today)
    if len(said) != 1 or said[0].kind != Kind.NUMBER:
        return None
    span = (said[0].start, said[0].end)
    day = next_nth(said[0].value, today)
    if day is None or (asked != DAY and said[0].value <= LAST_HOUR):
        return Merged((), span, unknown=True)
    return Merged((Wanted(one(day)),), span)


def _is_length(merged: Merged) -> bool:
    """«Массаж на 2 часа»: how long, unless a day says that it is when."""
    lengths = [w.window is not None and w.window.clock.length for w in merged.wanted]
    return bool(lengths) and all(lengths) and all(w.day is None for w in merged.wanted)


def _is_on_number(tokens: list[Token]) -> bool:
    return [t.kind for t in tokens] == [Kind.ON, Kind.NUMBER]


def _customs(tokens: list[Token], *, wished: bool) -> list[Token]:
    """«По вторникам», «каждый вторник»: such a Tuesday where it is wished, else other words."""
    out = list(tokens)
    for i, token in enumerate(tokens):
        each = i > 0 and tokens[i - 1].kind == Kind.EACH
        called = each and i > 1 and tokens[i - 2].kind in (Kind.IN, Kind.ON)
        if (each or token.kind == Kind.CUSTOM) and not (wished or called):
            out[i] = token._replace(kind=Kind.OTHER)
        elif token.kind == Kind.CUSTOM:
            kind, value = token.value
            out[i] = token._replace(kind=kind, value=value)
    return [t for t in out if t.kind != Kind.EACH]


def _are_wished(reading: Reading) -> bool:
    """«Могу по средам» wishes such a day, «по средам скидки» tells a custom."""
    wishes, habits = _custom_words()
    return any(w.startswith(wishes) for w in reading.words) and not any(
        w.startswith(habits) for w in reading.words
    )


@cache
def _custom_words() -> tuple[tuple[str, ...], tuple[str, ...]]:
    words = table("time")["custom_words"]
    return tuple(words["wishes"].split()), tuple(words["habits"].split())


@cache
def _agreeing() -> tuple[str, ...]:
    return tuple(table("time")["agreeing"]["words"].split())


@cache
def _coming() -> tuple[str, ...]:
    return tuple(table("time")["coming"]["words"].split())
