"""
Offers that close gaps: which of the true times leave no hole that nobody can book.

Pure functions.  A hole is what remains of a specialist's free time before or
after a visit; it is lost if not even her shortest service fits into it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from beautybot.booking.slots import Span, around


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


def holes(
    free: Sequence[Span], busy: Iterable[Span], shortest: Sequence[Span], grid: Sequence[int]
) -> Holes:
    """
    What a visit that keeps `busy` would lose of sorted, separate `free` time.

    `shortest` are the services the specialist could still sell, each as the
    span it needs around its start; `grid` says where a visit may start.
    """
    before = after = 0
    for a, b in busy:
        room = around(free, a, b)
        if room is None:
            continue
        before += _lost(room[0], a, shortest, grid)
        after += _lost(b, room[1], shortest, grid)
    return Holes(before, after)


def _lost(start: int, end: int, shortest: Sequence[Span], grid: Sequence[int]) -> int:
    if start == end:
        return 0
    for a, b in shortest:
        i = bisect_left(grid, start - a)
        if i < len(grid) and grid[i] + b <= end:
            return 0
    return end - start


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
