"""
Offers that close gaps: which of the true times leave no hole that nobody can book.

Pure functions.  A hole is what remains of a specialist's free time before or
after a visit; it is lost if not even her shortest service fits into it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from beautybot.booking.slots import Span, around

_NEVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Holes:
    """Minutes lost before and after a visit."""

    before: int = 0
    after: int = 0

    @property
    def cost(self) -> int:
        """All that is lost."""
        return self.before + self.after

    @property
    def why(self) -> str:
        """In words, for whoever asks why a time was offered."""
        if not self.cost:
            return "leaves no gap"
        sides = (("before", self.before), ("after", self.after))
        told = " and ".join(f"{lost} min {side} it" for side, lost in sides if lost)
        return f"leaves {told} that nobody can book"


@dataclass(frozen=True)
class Sellable:
    """
    A specialist's sorted, separate free time, and what of it can be sold beside a visit.

    `shortest` are the services she could still sell, each as the span it needs
    around its start; `grid` says where a visit may start.
    """

    free: Sequence[Span]
    shortest: Sequence[Span]
    grid: Sequence[int]
    _edges: dict[Span, Span] = field(default_factory=dict, compare=False)

    def holes(self, start: int, busy: Iterable[Span]) -> Holes:
        """What a visit would lose that begins then and keeps `busy`, counted from its start."""
        before = after = 0
        for first, last in busy:
            a, b = start + first, start + last
            room = around(self.free, a, b)
            if room is None:
                continue
            soonest, latest = self._edges_of(room)
            if a < soonest:
                before += a - room[0]
            if b > latest:
                after += room[1] - b
        return Holes(before, after)

    def _edges_of(self, room: Span) -> Span:
        """When something sold first thing is over, and when something sold last thing begins."""
        edges = self._edges.get(room)
        if edges is None:
            firsts = [self._after(room[0] - a) + b for a, b in self.shortest]
            lasts = [self._before(room[1] - b) + a for a, b in self.shortest]
            edges = min(firsts, default=_NEVER), max(lasts, default=-_NEVER)
            self._edges[room] = edges
        return edges

    def _after(self, at: int) -> int:
        i = bisect_left(self.grid, at)
        return self.grid[i] if i < len(self.grid) else _NEVER

    def _before(self, at: int) -> int:
        i = bisect_right(self.grid, at)
        return self.grid[i - 1] if i else -_NEVER


def spread(costs: Sequence[int], count: int) -> list[int]:
    """
    Which of several times in order to offer: up to `count` positions, in order.

    Those that cost nothing come first, spread over their whole range; if they
    are too few, the cheapest of the others join them.
    """
    if len(costs) <= count:
        return list(range(len(costs)))
    closing = [i for i, cost in enumerate(costs) if cost == 0]
    if len(closing) >= count:
        return _over_the_range(closing, costs, count)
    others = [i for i, cost in enumerate(costs) if cost]
    return sorted(closing + _over_the_range(others, costs, count - len(closing)))


def _over_the_range(items: Sequence[int], costs: Sequence[int], count: int) -> list[int]:
    chosen = []
    for part in range(count):
        low, high = part * len(items) // count, (part + 1) * len(items) // count
        chosen.append(min(items[low:high], key=lambda i: (costs[i], i)))
    return chosen
