"""On which terms an account answers: who pays, how much, and where what is asked goes."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """
    `price` is in roubles for a thousand tokens, both ways alike.

    `abroad`: what is asked leaves Russia.  `paid_by_salon`: the account is a
    salon's own; else the installation pays.
    """

    price: float = 0.0
    abroad: bool = False
    paid_by_salon: bool = False


FREE = Terms()


@dataclass(slots=True)
class Spent:
    """What one question costs: repairs and answers that did not fit are counted too."""

    price: float = 0.0
    tokens: int = 0

    @property
    def kopecks(self) -> int:
        """Rounded up: a budget must not leak by halves."""
        return math.ceil(self.tokens * self.price / 10)
