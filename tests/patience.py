"""
No test waits for ever: one that hangs ends its process, and says where it was waiting.

Setting up, the test itself and taking down may take `patience_s` seconds each (pyproject.toml).
Then the stacks of all tasks and threads go to stderr and the process ends, because a hung loop
cannot be mended from inside; xdist names the test, starts another worker and goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import gc
import os
import signal
import sys
from collections.abc import Generator
from types import CoroutineType
from typing import Any, TextIO

import pytest

# The tasks are told by Python, which may be stuck itself; the threads a little later by C.
TASKS_FIRST_S = 1


def pytest_addoption(parser: pytest.Parser) -> None:
    """One setting: how long any one step of a test may take."""
    parser.addini("patience_s", "seconds a test, its set-up or take-down may take", default="180")


def pytest_configure(config: pytest.Config) -> None:
    """Keep the true stderr, which a test's capture does not hide."""
    config.pluginmanager.register(Patience(float(config.getini("patience_s"))))


class Patience:
    """Watches each of the three steps of each test."""

    def __init__(self, seconds: float) -> None:
        """Nothing is watched yet."""
        self._seconds = seconds
        # xdist's workers put something without a descriptor in sys.stderr.
        self._told = os.fdopen(os.dup(sys.__stderr__.fileno()), "w")  # type: ignore[union-attr]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """All fixtures together."""
        with self._watched(item):
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """The test."""
        with self._watched(item):
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """What the fixtures take down; watched afresh, also after a failure."""
        with self._watched(item):
            return (yield)

    @contextlib.contextmanager
    def _watched(self, item: pytest.Item) -> Generator[None]:
        def tell(*_signal: object) -> None:
            print(f"\nOut of patience after {self._seconds:g} s: {item.nodeid}", file=self._told)
            _show_tasks(self._told)

        before = signal.signal(signal.SIGALRM, tell)
        signal.setitimer(signal.ITIMER_REAL, self._seconds)
        faulthandler.dump_traceback_later(self._seconds + TASKS_FIRST_S, file=self._told, exit=True)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def _show_tasks(where: TextIO) -> None:
    for task in [one for one in gc.get_objects() if isinstance(one, asyncio.Task)]:
        step: object = None if task.done() else task.get_coro()
        while isinstance(step, CoroutineType) and step.cr_frame is not None:
            at = f"{step.cr_code.co_filename}:{step.cr_frame.f_lineno}"
            print(f"{task.get_name()} waits at {at} in {step.__qualname__}", file=where)
            step = step.cr_await
    where.flush()
