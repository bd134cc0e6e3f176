"""Scripted faults: what the next calls meet instead of, or after, an ordinary answer."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from beautybot.demo.fakes.wire import Answer, Fate, answer_json


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One spoiled call.

    `answer` is sent instead of the ordinary one.  Without it the call is
    carried out and its own answer meets `fate`: that is the send which arrived
    though its caller saw a timeout.
    """

    answer: Answer | None = None
    fate: Fate = Fate.ARRIVES
    seconds: float = 0.0
    method: str = ""  # only calls whose name has this ending; empty: every call


def refused(
    status: int, body: Any = None, headers: Mapping[str, str] | None = None, *, method: str = ""
) -> Fault:
    """The call is not carried out and is answered so."""
    return Fault(answer_json(status, {} if body is None else body, headers), method=method)


def lost_answer(seconds: float = 600.0, *, method: str = "") -> Fault:
    """The call is carried out, the answer never comes."""
    return Fault(fate=Fate.HANGS, seconds=seconds, method=method)


def late_answer(seconds: float, *, method: str = "") -> Fault:
    """The call is carried out, the answer comes after `seconds`."""
    return Fault(fate=Fate.LATE, seconds=seconds, method=method)


def cut_answer(*, method: str = "") -> Fault:
    """The call is carried out, the connection closes before its answer."""
    return Fault(fate=Fate.RESETS, method=method)


def trickled_answer(seconds: float, *, method: str = "") -> Fault:
    """The call is carried out, its answer comes a few bytes at a time over `seconds`."""
    return Fault(fate=Fate.TRICKLES, seconds=seconds, method=method)


@dataclass(slots=True)
class FaultScript:
    """The faults in store for each account, taken in order."""

    _waiting: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))

    def put(self, account: str, fault: Fault, times: int = 1) -> None:
        """The next `times` fitting calls of `account` meet `fault`."""
        self._waiting[account].extend([fault] * times)

    def clear(self) -> None:
        """No more faults."""
        self._waiting.clear()

    def take(self, account: str, method: str) -> Fault | None:
        """The fault for this call, if the first one in store is meant for it."""
        queue = self._waiting.get(account)
        if queue and method.endswith(queue[0].method):
            return queue.popleft()
        return None

    async def around(
        self, account: str, method: str, carry_out: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        """Carry the call out, or not, as the script says."""
        fault = self.take(account, method)
        if fault is None:
            return await carry_out()
        if fault.answer is not None:
            return fault.answer
        return replace(await carry_out(), fate=fault.fate, seconds=fault.seconds)
