"""The table of OWASP ASVS 5.0: complete, and every test it names exists."""

from __future__ import annotations

import tomllib
from collections import Counter
from typing import Any

import pytest
from named import ROOT, every_test

Table = dict[str, dict[str, Any]]

# How many requirements of level 1 and of level 2 the chapters of version 5.0.0 have.
CHAPTERS = {
    1: (8, 19),
    2: (4, 7),
    3: (8, 11),
    4: (2, 8),
    5: (4, 5),
    6: (13, 22),
    7: (6, 12),
    8: (4, 3),
    9: (4, 3),
    10: (5, 24),
    11: (3, 11),
    12: (3, 6),
    13: (1, 12),
    14: (2, 7),
    15: (3, 10),
    16: (0, 16),
    17: (0, 7),
}
FEWEST_WORDS = 3


@pytest.fixture(scope="module")
def table() -> Table:
    return tomllib.loads((ROOT / "docs/security/asvs.toml").read_text("utf-8"))


def chapters(table: Table) -> dict[int, tuple[int, int]]:
    """How many of each level a table has, chapter by chapter."""
    found = Counter((int(name[1:].split(".")[0]), row["level"]) for name, row in table.items())
    return {chapter: (found[chapter, 1], found[chapter, 2]) for chapter in CHAPTERS}


def wrong(table: Table, tests: frozenset[str]) -> list[str]:
    """Rows that say nothing, say two things, or name a test that is not there."""
    bad = []
    for name, row in table.items():
        said = [row[key] for key in ("how", "not", "open") if key in row]
        if len(said) != 1 or len(said[0].split()) < FEWEST_WORDS:
            bad.append(f"{name}: one of how, not, open")
        elif ("how" in row) != ("test" in row):
            bad.append(f"{name}: a test, and only for what is kept")
        elif "test" in row and row["test"] not in tests:
            bad.append(f"{name}: there is no {row['test']}")
    return bad


@pytest.fixture(scope="module")
def tests() -> frozenset[str]:
    return every_test()


def test_every_requirement_is_there(table: Table) -> None:
    """Seventy of level 1 and a hundred and eighty-three of level 2, chapter by chapter."""
    levels = Counter(row["level"] for row in table.values())

    assert levels == {1: 70, 2: 183}
    assert chapters(table) == CHAPTERS


def test_every_requirement_has_its_test_or_its_reason(table: Table, tests: frozenset[str]) -> None:
    """And no test is named that nobody has written."""
    assert wrong(table, tests) == []


def test_what_is_not_kept_is_said(table: Table) -> None:
    """SECURITY.md lists what is open, and nothing else."""
    told = (ROOT / "SECURITY.md").read_text("utf-8")
    still_open = {name for name, row in table.items() if "open" in row}

    assert {name for name in table if f"{name}:" in told} == still_open


def test_a_bad_row_is_seen(table: Table, tests: frozenset[str]) -> None:
    """Control: a missing test, a missing reason, a missing row."""
    spoilt = dict(table)
    spoilt["V1.2.4"] = table["V1.2.4"] | {"test": "tests/cli/test_cli.py::test_that_never_was"}
    spoilt["V4.3.1"] = {"level": 2}
    spoilt["V4.4.1"] = table["V4.4.1"] | {"open": "this too, for some reason"}
    del spoilt["V6.2.1"]

    assert len(wrong(spoilt, tests)) == 3
    assert chapters(spoilt) != CHAPTERS
