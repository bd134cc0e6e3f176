"""The only place that asks the machine what time it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic, perf_counter

Clock = Callable[[], datetime]
"""A function that gives the present as an aware UTC datetime; tests pass their own."""


def now() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(UTC)


def from_epoch(seconds: float) -> datetime:
    """Epoch seconds to an aware UTC datetime; ValueError outside the years 1970 to 9999."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("the time is out of range") from error


__all__ = ["Clock", "from_epoch", "monotonic", "now", "perf_counter"]
