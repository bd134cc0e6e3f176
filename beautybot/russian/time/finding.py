"""Finding the time a message speaks of: tokens, rules, meeting, moments."""

from __future__ import annotations

from datetime import date, datetime

from beautybot.russian.reading import Reading
from beautybot.russian.time.kinds import Kind, Token
from beautybot.russian.time.merge import Merged, Wanted, merge
from beautybot.russian.time.resolve import Said, resolve
from beautybot.russian.time.rules import NAMES, RELATIONS
from beautybot.russian.time.tokens import tokens_of
from beautybot.russian.time.windows import at_hour
from beautybot.russian.time.wish import Hours, TimeWish


def find_when(
    reading: Reading, now: datetime, hours: Hours, known_day: date | None = None
) -> TimeWish | None:
    """
    The time a message speaks of, in the salon's zone; None if it speaks of none.

    `now` is when the message was written.  `known_day` is the day agreed on
    before, for an hour said without one.
    """
    local = now.astimezone(hours.zone) if now.tzinfo else now.replace(tzinfo=hours.zone)
    tokens = tokens_of(reading.text, local.date())
    reduced = RELATIONS.reduce(NAMES.reduce(tokens, local.date()), local.date())
    merged = merge(reduced) or _bare_hour(tokens, local.date(), known_day)
    if merged is None:
        return None
    begin, end = merged.span
    text = reading.text[begin:end].strip(" ,.!?")
    return resolve(merged, Said(local, hours, text, merged.span), known_day)


def _bare_hour(tokens: list[Token], today: date, known_day: date | None) -> Merged | None:
    """A number alone is an hour where the day is known and the hour is not."""
    said = [t for t in tokens if t.kind not in (Kind.STOP, Kind.COMMA)]
    if known_day is None or len(said) != 1 or said[0].kind != Kind.NUMBER:
        return None
    window = at_hour(said, today)
    return Merged((Wanted(window=window),), (said[0].start, said[0].end)) if window else None  # type: ignore[arg-type]
