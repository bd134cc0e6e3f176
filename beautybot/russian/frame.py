"""The frame of a message as plain values: what `beautybot understand` prints and tests compare."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from beautybot.russian.clocks import TimeWish
from beautybot.russian.meaning import Meaning

YES_NO = {True: "yes", False: "no", None: None}


def frame_of(meaning: Meaning, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """
    A meaning in JSON's types; times are local to the salon, to the minute, without offset.

    Whole days bear dates alone, `end` the last of several.  `after` has no end,
    `before` no start.  An hour without a day is the next such one after `now`.
    `ask`: two readings live, the day was not understood, or the moment is over.
    """
    mentions = meaning.wanted.mentions if meaning.wanted is not None else ()
    return {
        "intents": sorted(str(intent) for intent in meaning.intents),
        "services": [
            {"ids": list(heard.refs) if heard.known else [], "ask": heard.ask, "text": heard.text}
            for heard in meaning.services
        ],
        "specialists": [{"ids": list(m.refs), "negated": m.negated} for m in mentions],
        "when": _when(meaning.when, now, zone) if meaning.when is not None else None,
        "phone": meaning.phone.e164 if meaning.phone is not None else None,
        "name": meaning.name,
        "confirm": YES_NO[meaning.confirm],
        "choice": meaning.choice,
    }


def _when(wish: TimeWish, now: datetime, zone: ZoneInfo) -> dict[str, Any] | None:
    if wish.past:
        return None
    kind, start, end = _span(wish, now, zone)
    late = kind == "exact" and wish.start is not None and wish.start <= now
    return {"kind": kind, "start": start, "end": end, "ask": wish.ask or late, "text": wish.text}


def _span(wish: TimeWish, now: datetime, zone: ZoneInfo) -> tuple[str, str | None, str | None]:
    """Kind, start and end as the frame spells them."""
    start, end = _minute(wish.start, zone), _minute(wish.end, zone)
    if wish.unresolved:
        return "none", None, None
    if wish.start is None and wish.clock_min is not None:
        return _of_hours(wish, now, zone)
    match wish.kind:
        case "day":
            return "day", start and start[:10], _last_day(wish, zone)
        case "range" if _last_day(wish, zone):
            return "range", start and start[:10], _last_day(wish, zone)
        case "exact" | "after":
            return wish.kind, start, None
        case "before":
            return "before", None, end
        case "first_free":
            return "first_free", None, None
    return wish.kind, start, end


def _of_hours(wish: TimeWish, now: datetime, zone: ZoneInfo) -> tuple[str, str | None, str | None]:
    """Hours without a day: the next such ones after `now`."""
    begin, until = wish.clock_min or 0, wish.until_min or 0
    at = _next(begin, now, zone)
    match wish.kind:
        case "clock":
            return "exact", at, None
        case "before":
            return "before", None, _next(until, now, zone)
        case "after":
            return "after", at, None
    return wish.kind, at, _next(until, now, zone, since=at)


def _last_day(wish: TimeWish, zone: ZoneInfo) -> str | None:
    """The last of several whole days."""
    if wish.start is None or wish.end is None or wish.end - wish.start < timedelta(hours=36):
        return None
    return (wish.end.astimezone(zone) - timedelta(hours=1)).strftime("%Y-%m-%d")


def _minute(at: datetime | None, zone: ZoneInfo) -> str | None:
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if at is not None else None


def _next(minutes: int, now: datetime, zone: ZoneInfo, since: str = "") -> str:
    local = now.astimezone(zone)
    at = local.replace(hour=minutes // 60 % 24, minute=minutes % 60, second=0, microsecond=0)
    while at <= local or at.strftime("%Y-%m-%dT%H:%M") <= since:
        at += timedelta(days=1)
    return at.strftime("%Y-%m-%dT%H:%M")
