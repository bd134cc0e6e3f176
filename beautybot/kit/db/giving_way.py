"""
A write under way gives way to one that somebody outside waits for.

A turn's transaction is milliseconds of Python between its statements, and a
delivery that comes meanwhile would wait for all of it.  So at its next statement
the turn's verb is stopped and undone, the delivery is committed alone, and the
verb is run again.  Verbs may be run again anyhow, see `Database.write`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from beautybot.kit import clock

REST_S = 0.01
"""From one to the next: in a flood what comes first shares its commits with the rest."""
STOPS = 2
"""How often one verb is stopped: however many come first, it is done in the end."""


class GivesWay(BaseException):
    """
    A verb was stopped at one of its statements; it is to be undone and run again.

    No error: a verb that forgives the errors of its parts must not forgive this.
    """


class GivingWay:
    """Stops the verbs of one writing thread, at their statements, while somebody urgent waits."""

    def __init__(
        self,
        engine: Engine,
        somebody_waits: Callable[[], bool],
        seconds: Callable[[], float] = clock.monotonic,
    ) -> None:
        self._somebody_waits = somebody_waits
        self._seconds = seconds
        self._may_stop = False
        self._stopped = False
        self._stops = 0  # of the verb that is next
        self._last = float("-inf")
        event.listen(engine, "before_execute", self._look)

    def is_due(self) -> bool:
        """Whether who comes first is to be committed now, and nobody else with it."""
        now = self._seconds()
        if not self._stopped and now - self._last < REST_S:
            return False
        self._stopped, self._last = False, now
        return True

    @contextmanager
    def allowed(self, usual: bool = True) -> Iterator[None]:
        """A usual verb in this block may be stopped: GivesWay; it must be the next one then."""
        self._may_stop = usual and self._stops < STOPS
        try:
            yield
        finally:
            self._may_stop = False
            if usual:  # whatever came of it: the count is of the verb that is next
                self._stops = self._stops + 1 if self._stopped else 0

    def _look(self, *_statement: Any) -> None:
        if not self._may_stop or not self._somebody_waits():
            return
        if self._seconds() - self._last < REST_S:
            return
        self._may_stop = False  # what undoes the verb is a statement, too
        self._stopped = True
        raise GivesWay
