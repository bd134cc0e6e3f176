"""Written sets of what clients say stay understood: see benchmarks/understanding/README.md."""

from __future__ import annotations

import pytest

from benchmarks.understanding import cases, scores
from benchmarks.understanding.cases import Case

SETS = ("said_1", "said_2", "said_3")
FIELDS = {"staff": ("people", 0.95), "answer": ("answer", 0.97), "dictated": ("phone", 0.95)}


read = scores.reader()


def lines(name: str, kind: str) -> list[Case]:
    return [case for what, case in cases.unseen(name) if what == kind]


@pytest.mark.parametrize("name", SETS)
def test_services_are_heard_and_none_is_invented(name: str) -> None:
    """At least 95 % of the mentions, at most 3 % of mentions of nothing."""
    found = scores.of_services(lines(name, "service"), read)

    top, false = found["top-1"], found["false"]
    assert top.right >= 0.95 * top.of, top.missed
    assert false.right <= 0.03 * false.of, false.missed


@pytest.mark.parametrize("kind", FIELDS)
@pytest.mark.parametrize("name", SETS)
def test_masters_answers_and_dictated_phones_are_heard(name: str, kind: str) -> None:
    """Each to its share."""
    field, share = FIELDS[kind]

    score = scores.of_field(lines(name, kind), read, field)

    assert score.of >= 10
    assert score.right >= share * score.of, score.missed


def test_who_hears_a_service_everywhere_fails_the_sets() -> None:
    """Control: half of the lines of services speak of none."""
    brows = {"services": [{"ids": ["brow_shape"], "ask": False, "text": "брови"}]}

    found = scores.of_services(lines("said_1", "service"), lambda case: brows)

    assert found["false"].right > 0.9 * found["false"].of
    assert found["top-1"].right < 0.1 * found["top-1"].of
