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

    A day has a date alone.  `after` has no end and `before` no start.  An hour
    without a day is the next such hour after `now`, and asks for the day.
    """
    people = []
    if meaning.wanted is not None:
        if meaning.wanted.refs:
            people.append({"ids": list(meaning.wanted.refs), "negated": False})
        people += [{"ids": [ref], "negated": True} for ref in meaning.wanted.excluded]
    return {
        "intents": sorted(str(intent) for intent in meaning.intents),
        "services": [
            {"ids": list(heard.refs) if heard.known else [], "ask": heard.ask, "text": heard.text}
            for heard in meaning.services
        ],
        "specialists": people,
        "when": _when(meaning.when, now, zone) if meaning.when is not None else None,
        "phone": meaning.phone.e164 if meaning.phone is not None else None,
        "name": meaning.name,
        "confirm": YES_NO[meaning.confirm],
        "choice": meaning.choice,
        "language": meaning.language,
    }


def _when(wish: TimeWish, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    ask = bool(wish.readings) or wish.unresolved
    kind, start, end = wish.kind, _minute(wish.start, zone), _minute(wish.end, zone)
    if wish.unresolved:
        kind, start, end = "none", None, None
    elif kind == "clock":
        kind, start, end, ask = "exact", _next(wish.clock_min or 0, now, zone), None, True
    elif wish.start is None and wish.clock_min is not None:
        minutes = wish.until_min if kind == "before" else wish.clock_min
        start, end, ask = _next(minutes or 0, now, zone), None, True
        if kind == "before":
            start, end = None, start
        elif kind in ("part", "range") and wish.until_min is not None:
            end = _next(wish.until_min, now, zone)
    elif kind == "day":
        start, end = start[:10] if start else None, _last_day(wish, zone)
    elif kind in ("after", "exact", "first_free"):
        end = None
        start = None if kind == "first_free" else start
    elif kind == "before":
        start = None
    return {"kind": kind, "start": start, "end": end, "ask": ask, "text": wish.text}


def _last_day(wish: TimeWish, zone: ZoneInfo) -> str | None:
    """The last of several days."""
    if wish.start is None or wish.end is None or wish.end - wish.start < timedelta(hours=36):
        return None
    return (wish.end.astimezone(zone) - timedelta(hours=1)).strftime("%Y-%m-%d")


def _minute(at: datetime | None, zone: ZoneInfo) -> str | None:
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if at is not None else None


def _next(minutes: int, now: datetime, zone: ZoneInfo) -> str:
    local = now.astimezone(zone)
    at = local.replace(hour=minutes // 60 % 24, minute=minutes % 60, second=0, microsecond=0)
    return (at if at > local else at + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
