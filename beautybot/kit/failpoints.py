"""
The stages of a message's journey, by name, so that a test may kill the process at each.

`reached` does nothing: no setting, variable or request can make it do anything.
Only a process that a test started itself arms it, from Python, before it serves
(`tests/reliability`, `benchmarks/crash`).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Stage(StrEnum):
    """Where a process may die; those in a transaction are reached just before its commit."""

    RECEIVED = "received"  # the delivery is proven, and nowhere yet
    ACCEPTING = "accepting"  # its statement, transaction A, is about to be said
    ACCEPTED = "accepted"  # durable, the messenger has heard nothing
    ANSWERED = "answered"  # the messenger has its 200
    TAKEN = "taken"  # a worker holds the delivery
    RECORDING = "recording"  # in transaction B
    RECORDED = "recorded"
    CLAIMED = "claimed"  # a worker holds the conversation
    UNDERSTOOD = "understood"  # the model has answered, nothing is written
    ACTING = "acting"  # in transaction C: state, appointment and reply
    ACTED = "acted"
    SENDING = "sending"  # marked, the channel has not been called
    SENT = "sent"  # the channel has it, we have not noted that
    SETTLING = "settling"  # in transaction D
    SETTLED = "settled"


_armed: list[Callable[[Stage], None]] = []


def reached(stage: Stage) -> None:
    """The journey has come to this stage."""
    for hook in _armed:
        hook(stage)


def arm(hook: Callable[[Stage], None]) -> None:
    """Call `hook` at every stage from now on; for a process made to be killed."""
    _armed.append(hook)
