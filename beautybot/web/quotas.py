"""How often one caller may ask, in this process: a bucket that fills again with time."""

from __future__ import annotations

from dataclasses import dataclass, field

from beautybot.kit.clock import monotonic

MOST_CALLERS = 10_000


@dataclass(slots=True)
class Quota:
    """`burst` calls at once, then `per_second` more each second."""

    burst: float
    per_second: float
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, caller: str) -> float:
        """0 if the caller may go on, else how many seconds to wait."""
        now = monotonic()
        left, at = self._left.pop(caller, (self.burst, now))
        left = min(self.burst, left + (now - at) * self.per_second)
        allowed = left >= 1
        self._left[caller] = (left - 1 if allowed else left, now)
        if len(self._left) > MOST_CALLERS:  # whoever asked longest ago has a full bucket by now
            self._left.pop(next(iter(self._left)))
        return 0.0 if allowed else (1 - left) / self.per_second
