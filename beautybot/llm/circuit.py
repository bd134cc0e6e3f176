"""A breaker: when the model is gone, at most one call a minute asks whether it is back."""

from __future__ import annotations

from collections.abc import Callable

from beautybot.kit.clock import monotonic
from beautybot.llm.base import LLMUnavailable

OPENS_AFTER = 3
REST_S = 60.0


class Breaker:
    """Counts failures in a row; open, it refuses at once until a minute has passed."""

    def __init__(self, seconds: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._failures = 0
        self._asked_at = float("-inf")

    @property
    def is_open(self) -> bool:
        """True until a call works again; once a minute one is let through to see."""
        return self._failures >= OPENS_AFTER

    @property
    def rests(self) -> bool:
        """True while it refuses everybody."""
        return self.is_open and self._seconds() - self._asked_at < REST_S

    def check(self) -> None:
        """LLMUnavailable while the breaker is open; the first after a minute may try."""
        if self.rests:
            raise LLMUnavailable("the model is resting after failures")
        if self.is_open:
            self._asked_at = self._seconds()

    def failed(self) -> None:
        """A call failed."""
        self._failures += 1
        self._asked_at = self._seconds()

    def worked(self) -> None:
        """A call worked: closed again."""
        self._failures = 0
