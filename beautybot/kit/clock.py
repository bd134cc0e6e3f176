"""The only place that asks the machine what time it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from time import perf_counter

Clock = Callable[[], datetime]
"""A function that gives the present as an aware UTC datetime; tests pass their own."""


def now() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds that only grow; for pauses and deadlines."""
    return _ticks[-1]()


@contextmanager
def ticking(by: Callable[[], float]) -> Iterator[None]:
    """Let `monotonic` ask `by` for the length of the block: a simulation's own seconds."""
    _ticks.append(by)
    try:
        yield
    finally:
        _ticks.remove(by)


_ticks: list[Callable[[], float]] = [time.monotonic]


def from_epoch(seconds: float) -> datetime:
    """Epoch seconds to an aware UTC datetime; ValueError outside the years 1970 to 9999."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("the time is out of range") from error


__all__ = ["Clock", "from_epoch", "monotonic", "now", "perf_counter", "ticking"]
