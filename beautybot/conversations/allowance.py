"""
How many turns one conversation may have, so that one client cannot spend everybody's.

Each turn is spent from an allowance that comes back with time, a turn that has
much to read more of it.  Who has spent all of it rests: what is written
meanwhile is stored, nothing is lost, and one turn after the rest takes all of
it.  People do not get there; a script or a loop of two bots does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

ALLOWANCE = timedelta(seconds=75)
"""Fifty quick turns of one message each: a little more than calls a person, see agent/guarding."""
A_TURN, A_MESSAGE = timedelta(seconds=1), timedelta(seconds=0.5)
REST = timedelta(minutes=1)
LEFT_AFTER = timedelta(seconds=30)
"""Of the allowance, when a rest is over: a pause in the flood must not cost another minute."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a conversation has of its allowance: all is back at `until`; `rests` ends a rest."""

    until: datetime | None = None
    rests: datetime | None = None

    def more(self, cost: timedelta, now: datetime) -> Spent:
        """The same after a turn; spent up, a rest begins."""
        until = max(self.until or now, now) + cost
        if until - now < ALLOWANCE:
            return Spent(until, self.rests)
        ends = now + REST
        return Spent(ends + ALLOWANCE - LEFT_AFTER, ends)

    def rests_at(self, now: datetime) -> bool:
        """True while no turn may be taken."""
        return self.rests is not None and self.rests > now

    def columns(self) -> dict[str, Any]:
        """As the conversation's row keeps it."""
        return {"spent_until": self.until, "rests_until": self.rests}


def of_row(row: Any) -> Spent:
    """What the row of a conversation says."""
    return Spent(row.spent_until, row.rests_until)


def cost(heard: int) -> timedelta:
    """What a turn costs that answers so many messages."""
    return A_TURN + heard * A_MESSAGE
