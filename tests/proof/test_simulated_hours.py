"""A salon's hours in virtual time: they repeat to the letter, hold, and show planted mistakes."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from beautybot.cli.app import app
from beautybot.proof.simulated.hours import Standstill, VirtualLoop
from beautybot.proof.simulated.planted import Mistake
from beautybot.proof.simulated.runs import Asked
from beautybot.proof.simulated.world import live

# A planted mistake and a seed that shows it soon.
SOON = [
    (Mistake.EARLY_ACK, Asked(1, 1, 12, Mistake.EARLY_ACK)),
    (Mistake.WRONG_SCREEN, Asked(1, 1, 12, Mistake.WRONG_SCREEN)),
]


def test_the_same_seed_is_the_same_day() -> None:
    """Every word, moment and fault; control: another seed is another day."""
    one, again = live(Asked(3, 0.5, 6)), live(Asked(3, 0.5, 6))
    other = live(Asked(4, 0.5, 6))

    assert one.trace == again.trace != other.trace
    assert one.faults == again.faults
    assert (one.broken, other.broken) == ("", "")
    assert one.messages > 20 and one.faults.total() > 10


@pytest.mark.parametrize(("mistake", "asked"), SOON, ids=[m for m, _ in SOON])
def test_a_planted_mistake_is_found(mistake: Mistake, asked: Asked) -> None:
    """Control: a law that cannot be broken would prove nothing."""
    assert live(asked).broken


def test_waiting_for_nothing_is_not_waited_for() -> None:
    """Where no hour brings a change, the loop says so at once."""
    loop = VirtualLoop()
    try:
        with pytest.raises(Standstill):
            loop.run_until_complete(loop.create_future())
    finally:
        loop.close()


def test_a_broken_promise_is_one_line_with_its_seed() -> None:
    """The operator sees what broke and how to see it again; an unknown mistake is refused."""
    words = ["simulate", "--hours", "1", "--clients", "12", "--planted"]
    found = CliRunner().invoke(app, [*words, "early-ack"])
    unknown = CliRunner().invoke(app, [*words, "gremlins"])

    assert found.exit_code == 0 and "acknowledged" in found.output
    assert unknown.exit_code == 2 and "early-ack" in unknown.output
