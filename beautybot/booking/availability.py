"""
The one function that says which times are true: chat, dashboard and assistants all ask here.

A slot lies on the salon's grid, not before now + lead time and not beyond the
horizon, inside working hours, and overlaps nothing that is held or booked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, zip_longest

from sqlalchemy import Connection

from beautybot.booking import timetable
from beautybot.booking.catalogue import Catalogue
from beautybot.booking.gaps import spread as spread_out
from beautybot.booking.occupancy import SlotTaken
from beautybot.booking.search import Found, Search, able
from beautybot.booking.slots import minute, moment
from beautybot.booking.times import Part, Slot, Wish
from beautybot.businesses.salons import Business

SOON_DAYS = 3
SOON_EACH_DAY = 2
AROUND_DAYS = (1, 7)  # how far `nearest` looks, before it takes the whole horizon


def find(
    conn: Connection,
    business: Business,
    catalogue: Catalogue,
    wish: Wish,
    now: datetime,
    *,
    limit: int = 5,
    spread: bool = True,
) -> list[Slot]:
    """
    Up to `limit` true times, in order of time.

    In a window they are spread over it, those that leave no gap first; without
    one they are the soonest.  `spread=False` gives simply the first, unexplained.
    """
    search = _search(conn, business, catalogue, wish, now)
    if search is None:
        return []
    if not spread:
        found = _first(search, limit)
    elif wish.start is None and wish.end is None:
        found = _soonest(search, limit)
    else:
        found = _spread(search, list(chain.from_iterable(search.by_day())), limit)
    return [search.slot(at, plan, explained=spread) for at, plan in found]


def nearest(
    conn: Connection,
    business: Business,
    catalogue: Catalogue,
    wish: Wish,
    now: datetime,
    *,
    limit: int = 3,
) -> list[Slot]:
    """
    True times around a window in which nothing fits, in order of time.

    The closest before and the closest after come first; beside those of the
    wished specialist stand as many of the others.
    """
    center = wish.start or now
    wished = _close(conn, business, catalogue, wish, now, center)
    others: list[Slot] = []
    if wish.specialist_id is not None:
        anybody = replace(wish, specialist_id=None)
        others = _close(conn, business, catalogue, anybody, now, center)
    unique: dict[tuple[datetime, tuple[int, ...]], Slot] = {}
    for slot in chain.from_iterable(zip_longest(wished, others)):
        if slot is not None and len(unique) < limit:
            unique.setdefault((slot.start, slot.specialist_ids), slot)
    return sorted(unique.values(), key=lambda s: s.start)


def fits(
    conn: Connection,
    business: Business,
    catalogue: Catalogue,
    wish: Wish,
    start: datetime,
    now: datetime,
    *,
    ignoring: int | None = None,
) -> Slot | None:
    """The visit that starts exactly then, if it is true; the grid must be met too."""
    moving = wish.moving if ignoring is None else ignoring
    exact = replace(wish, start=start, end=start + timedelta(minutes=1), moving=moving)
    search = _search(conn, business, catalogue, exact, now)
    found = _first(search, 1) if search is not None else []
    return search.slot(*found[0]) if search is not None and found else None


def still(
    conn: Connection,
    business: Business,
    catalogue: Catalogue,
    slot: Slot,
    now: datetime,
    *,
    moving: int | None = None,
) -> Slot:
    """The same visit by the same people; SlotTaken if it is true no more: offers grow old."""
    gone = SlotTaken("the time is not free any more")
    if not {part.service_id for part in slot.parts} <= {s.id for s in catalogue.services}:
        raise gone
    wish = Wish(
        services=tuple(part.service_id for part in slot.parts),
        team=tuple(part.specialist_id for part in slot.parts),
        moving=moving,
    )
    again = fits(conn, business, catalogue, wish, slot.start, now)
    if again is None or again.end != slot.end:
        raise gone
    return again


def _first(search: Search, limit: int) -> list[Found]:
    found: list[Found] = []
    for day in search.by_day():
        found += day[: limit - len(found)]
        if len(found) >= limit:
            break
    return found


def _soonest(search: Search, limit: int) -> list[Found]:
    found: list[Found] = []
    days = 0
    for day in search.by_day():
        if day and days < SOON_DAYS:
            days += 1
            found += _spread(search, day, SOON_EACH_DAY)
        if days == SOON_DAYS:
            break
    return found[:limit]


def _spread(search: Search, found: Sequence[Found], limit: int) -> list[Found]:
    if len(found) <= limit:
        return list(found)
    costs = [search.holes(at, plan).cost for at, plan in found]
    return [found[i] for i in spread_out(costs, limit)]


def _close(
    conn: Connection,
    business: Business,
    catalogue: Catalogue,
    wish: Wish,
    now: datetime,
    center: datetime,
) -> list[Slot]:
    """The true times nearest to a moment, the closest on either side first."""
    for days in (*AROUND_DAYS, business.settings.horizon_days):
        reach = timedelta(days=days)
        window = replace(wish, start=center - reach, end=center + reach + timedelta(days=1))
        search = _search(conn, business, catalogue, window, now)
        found = list(chain.from_iterable(search.by_day())) if search is not None else []
        if search is not None and found:
            return [search.slot(at, plan) for at, plan in _either_side(found, minute(center))]
    return []


def _either_side(found: Iterable[Found], center: int, count: int = 10) -> list[Found]:
    close = sorted(found, key=lambda f: abs(f[0] - center))
    earlier = [f for f in close if f[0] < center][:1]
    later = [f for f in close if f[0] >= center][:1]
    return list({f[0]: f for f in (*earlier, *later, *close)}.values())[:count]


def _search(
    conn: Connection,
    business: Business,
    catalogue: Catalogue,
    wish: Wish,
    now: datetime,
) -> Search | None:
    """Read what the wish needs; None if nobody could ever do it."""
    settings = business.settings
    soonest = now + timedelta(minutes=settings.lead_time_min)
    horizon = now + timedelta(days=settings.horizon_days)
    start = max(wish.start or soonest, soonest)
    end = min(wish.end or horizon, horizon)
    people = {person for those in able(catalogue, wish) for person in those}
    if start >= end or not people:
        return None
    schedule = timetable.load(
        conn, business.id, business.zone, start, end, now=now, people=people, ignoring=wish.moving
    )
    # A start in the middle of a minute is not before the first whole one.
    return Search(business, catalogue, wish, _up(start), _up(end), schedule)


def _up(at: datetime) -> int:
    return minute(at) + (1 if moment(minute(at)) < at else 0)


__all__ = ["Part", "Slot", "Wish", "find", "fits", "nearest", "still"]
