"""
Whose deliveries wait: a sender who writes faster than anybody can read stands behind the others.

Each sender may deliver some at once and a few a second.  What is above that is
kept like everything, only later: its acknowledgement waits a moment for others
of the same flood, and it is read at a later time, many together.  One process
counts for itself; what it has forgotten after a restart costs nothing.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from datetime import datetime, timedelta

AT_ONCE = 20
EVERY_S = 0.25
"""Twenty at once, four a second: an album or a pile of forwarded messages is no flood."""
LATEST_S = 30.0
"""However much was delivered, it is read after so long."""
KNOWN = 5000
"""Senders who are counted; more than that in a few seconds are a crowd and not one of them hot."""
ONE_IN, SUSPECT, ALERT_S = 8, 3, 10.0
"""Of quiet traffic one delivery in eight is looked at; three of one sender in a second: all are."""
OTHERS_S = 1.0
"""Who floods waits for others who came so lately; with nobody else there is nothing to wait for."""

REFUSED_AT_ONCE, REFUSED_AFTER_S = 200, 0.5
"""Of a second's refusals so many come at once, the others after so long."""
MOST_WAITING = 500


class Shares:
    """What each sender has used up of what one may deliver."""

    def __init__(self) -> None:
        # When all that was delivered is paid back, and whether that sender waits until then.
        self._until: OrderedDict[str, tuple[float, bool]] = OrderedDict()
        self._met = 0
        self._second, self._sampled = 0, dict[str, int]()
        self._alert_until = 0.0
        self._last: tuple[str | None, float] = (None, 0.0)
        self._before: tuple[str | None, float] = (None, 0.0)  # the last one of somebody else

    def looks(self, now: datetime) -> bool:
        """Whether it matters who wrote a delivery that came now: to find out costs some time."""
        self._met += 1
        return self._met % ONE_IN == 0 or now.timestamp() < self._alert_until

    def due(self, sender: str | None, now: datetime) -> datetime | None:
        """
        When a delivery that came now is to be read; None: at once, like most.

        Times of one sender never go back, so the order of what was said stays.
        """
        at = now.timestamp()
        self._note(sender, at)
        if sender is None or not self._is_counted(sender, at):
            return None
        until, waits = self._until.get(sender, (0.0, False))
        waits = until > at and (waits or until - at > AT_ONCE * EVERY_S)
        until = min(max(until, at) + EVERY_S, at + AT_ONCE * EVERY_S + LATEST_S)
        self._until[sender] = until, waits
        self._until.move_to_end(sender)
        if len(self._until) > KNOWN:
            self._until.popitem(last=False)
        if not waits:
            return None
        self._alert_until = at + ALERT_S
        # Whole seconds, so that what waits is read together.
        late = math.ceil(max(until - AT_ONCE * EVERY_S, at))
        return now + timedelta(seconds=late - at)

    def crowds_out(self, sender: str | None, now: datetime) -> bool:
        """Whether others come beside this sender now, whose deliveries are to go first."""
        other = self._before if self._last[0] == sender else self._last
        return now.timestamp() - other[1] < OTHERS_S

    def _is_counted(self, sender: str, at: float) -> bool:
        """Everybody is, once somebody was met more often than chance would have it."""
        if at < self._alert_until:
            return True
        if int(at) != self._second:
            self._second, self._sampled = int(at), {}
        self._sampled[sender] = met = self._sampled.get(sender, 0) + 1
        if met < SUSPECT:
            return False
        self._alert_until = at + ALERT_S
        return True

    def _note(self, sender: str | None, at: float) -> None:
        if sender != self._last[0]:
            self._before = self._last
        self._last = sender, at


class Strangers:
    """
    Who is refused at the door: many at a time wait for their refusal.

    A flood of forged deliveries then costs little more than its connections.
    Now and then a refusal is ordinary and comes at once; and only so many wait,
    for each holds a connection that somebody else may need.
    """

    def __init__(self) -> None:
        self._second = 0
        self._refused = 0
        self._waiting = 0

    async def pause(self, monotonic: float) -> None:
        """Return when this one may be told."""
        if int(monotonic) != self._second:
            self._second, self._refused = int(monotonic), 0
        self._refused += 1
        if self._refused <= REFUSED_AT_ONCE or self._waiting >= MOST_WAITING:
            return
        self._waiting += 1
        try:
            await asyncio.sleep(REFUSED_AFTER_S)
        finally:
            self._waiting -= 1
