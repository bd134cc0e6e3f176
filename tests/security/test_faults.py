"""The table of faults and threats: each with what holds, and tests that exist."""

from __future__ import annotations

import tomllib
from importlib.util import find_spec
from typing import Any

import pytest
from named import ROOT, every_test

Row = dict[str, Any]
FEWEST = {"faults": 28, "threats": 23}


@pytest.fixture(scope="module")
def table() -> dict[str, dict[str, Row]]:
    return tomllib.loads((ROOT / "docs/security/faults.toml").read_text("utf-8"))


def wrong(row: Row) -> list[str]:
    """What a row says that is not so, or does not say."""
    if "open" in row:
        return [] if set(row) == {"open"} else ["open, and something else"]
    bad = [f"there is no {name}" for name in row.get("tests", ()) if name not in every_test()]
    if len(row.get("holds", "").split()) < 3 or not row.get("tests"):
        bad.append("what holds, and a test of it")
    match row.get("run", "").split():
        case []:
            pass
        case ["python", "-m", module, *_] if find_spec(module):
            pass
        case other:
            bad.append(f"there is no {other}")
    return bad


def test_every_fault_and_threat_has_its_tests(table: dict[str, dict[str, Row]]) -> None:
    """And a harness that is named can be run."""
    bad = {
        (kind, name): w
        for kind, rows in table.items()
        for name, row in rows.items()
        if (w := wrong(row))
    }

    assert bad == {}
    assert all(len(table[kind]) >= fewest for kind, fewest in FEWEST.items())


def test_what_no_test_shows_is_said(table: dict[str, dict[str, Row]]) -> None:
    """SECURITY.md names what is open."""
    told = (ROOT / "SECURITY.md").read_text("utf-8")
    still_open = [n for rows in table.values() for n, row in rows.items() if "open" in row]

    assert [name for name in still_open if f"{name}:" not in told] == []


@pytest.mark.parametrize(
    "row",
    [
        {"holds": "it holds for ever"},
        {"holds": "it holds for ever", "tests": ["tests/cli/test_cli.py::test_that_never_was"]},
        {"holds": "it", "tests": ["tests/cli/test_cli.py::test_help_is_quick"]},
        {
            "holds": "it holds for ever",
            "tests": ["tests/cli/test_cli.py::test_help_is_quick"],
            "run": "python -m benchmarks.nothing",
        },
        {"open": "not shown", "tests": ["tests/cli/test_cli.py::test_help_is_quick"]},
    ],
)
def test_a_bad_row_of_it_is_seen(row: Row) -> None:
    """Control."""
    assert len(wrong(row)) == 1
