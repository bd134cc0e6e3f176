"""Written sets of lines about time stay understood: see benchmarks/understanding/README.md."""

from __future__ import annotations

import pytest

from benchmarks.understanding import cases, scores
from benchmarks.understanding.cases import Case

SETS = ("times_1", "times_2", "times_3", "times_4", "times_5")


read = scores.reader()


def lines(name: str, kind: str) -> list[Case]:
    return [case for what, case in cases.unseen(name) if what == kind]


@pytest.mark.parametrize("name", SETS)
def test_a_wished_time_is_understood(name: str) -> None:
    """At least 95 % strictly right, at most 1 % another day."""
    found = scores.of_times(lines(name, "time"), read)

    strict, wrong = found["time strict"], found["wrong day"]
    assert strict.right >= 0.95 * strict.of, strict.missed
    assert wrong.right <= 0.01 * wrong.of, wrong.missed


@pytest.mark.parametrize("name", SETS)
def test_a_told_time_is_left_alone(name: str) -> None:
    """At least 95 % of the lines that wish no time."""
    score = scores.of_field(lines(name, "negative"), read, "when")

    assert score.of > 20
    assert score.right >= 0.95 * score.of, score.missed


def test_who_takes_every_day_said_for_a_wish_fails_the_sets() -> None:
    """Control: the sets do tell a reader that hears only days from one that hears clauses."""
    when = {"kind": "day", "start": "2026-11-24", "end": None, "ask": False}

    score = scores.of_field(lines("times_1", "negative"), lambda case: {"when": when}, "when")
    wrong = scores.of_times(lines("times_1", "time"), lambda case: {"when": when})["wrong day"]

    assert score.right == 0
    assert wrong.right > 0.5 * wrong.of
