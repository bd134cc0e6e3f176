"""Which run is asked for, and what it showed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from beautybot.proof.simulated.planted import Mistake


@dataclass(frozen=True, slots=True)
class Asked:
    """Which run: the same ask, the same run."""

    seed: int
    hours: float
    clients: int
    plant: Mistake | None = None


@dataclass(slots=True)
class Seen:
    """What a run showed; `broken` is the first law that did not hold, and when."""

    broken: str = ""
    at: str = ""
    trace: str = ""
    messages: int = 0
    turns: int = 0
    bookings: int = 0
    looks: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    last: list[str] = field(default_factory=list)
