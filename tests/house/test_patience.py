"""A test that hangs ends, is named, and says where it waited; the others are run all the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]

PATIENT = """
import asyncio

def test_first(): pass

def test_forever():
    async def waits_for_nobody():
        await asyncio.Event().wait()
    asyncio.run(waits_for_nobody())

def test_last(): pass
"""

TAKEN_DOWN_FOR_EVER = """
import threading
import pytest

@pytest.fixture
def stubborn():
    yield
    threading.Event().wait()

def test_fails(stubborn): assert False
"""


def _run(where: Path, code: str, *more: str) -> tuple[int, str]:
    (where / "test_made_up.py").write_text(code)
    (where / "pytest.ini").write_text("[pytest]\npatience_s = 2\n")
    words = [sys.executable, "-m", "pytest", "-p", "patience", "-p", "no:cacheprovider", *more]
    env = {"PYTHONPATH": str(TESTS), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ran = subprocess.run(
        words, cwd=where, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_a_test_that_hangs_is_named_and_the_others_are_run(tmp_path: Path) -> None:
    code, said = _run(tmp_path, PATIENT, "-p", "xdist", "-n", "1")

    assert code == 1
    assert "1 failed, 2 passed" in said
    assert "Out of patience after 2 s: test_made_up.py::test_forever" in said
    assert "in test_forever.<locals>.waits_for_nobody" in said  # the task that waits
    assert "most recent call first" in said  # and the threads


def test_taking_down_may_not_hang_either(tmp_path: Path) -> None:
    code, said = _run(tmp_path, TAKEN_DOWN_FOR_EVER)

    assert code == 1
    assert "Out of patience after 2 s: test_made_up.py::test_fails" in said
    assert "in stubborn" in said
