"""What may go wrong, and how often: all of it drawn from one seed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random


@dataclass(slots=True)
class Chances:
    """
    The dice of a run.  Every kind of happening has its own, so that one more
    throw for the network leaves the clients' words as they were.
    """

    seed: int
    happened: Counter[str] = field(default_factory=Counter)
    calm: bool = False  # the end of a run: everything works again
    _dice: dict[str, Random] = field(default_factory=dict)

    def dice(self, what: str) -> Random:
        """The dice for one kind of thing."""
        found = self._dice.get(what)
        if found is None:
            found = self._dice[what] = Random(f"{self.seed}:{what}")
        return found

    def strikes(self, what: str, share: float) -> bool:
        """Does this fault happen now?  It is counted."""
        hit = not self.calm and self.dice(what).random() < share
        self.happened[what] += hit
        return hit


# Shares of one: of deliveries, of sends, of questions to the model.
LOST_REQUEST = 0.01  # a delivery that never reached us
LOST_ANSWER = 0.02  # we took it, the messenger saw nothing and repeats
REPEATED = 0.05  # delivered twice though we said 200
DELAYED = 0.10  # minutes late: overtaken by what was said after it
FORGED = 0.02  # a copy with a wrong signature comes first
SEND_REFUSED = 0.02  # 500: it did not happen
SEND_THROTTLED = 0.01  # 130429
SEND_CUT = 0.015  # it happened, and we did not hear so
SEND_HANGS = 0.005  # the same after a long silence
MODEL_HANGS = 0.05
MODEL_FAILS = 0.15
MODEL_RAVES = 0.30
SLOW_READ = 0.10  # the database takes a moment, and others go on

# Hours between, on average.
CRASH_EVERY_H = 0.7
FREEZE_EVERY_H = 1.0
JUMP_EVERY_H = 6.0
