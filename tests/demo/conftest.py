"""Coroutine tests run in a loop of their own."""

from __future__ import annotations

import asyncio
import inspect

import pytest
from callers import Receiver


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run `async def` tests without a plugin."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture
def receiver() -> Receiver:
    """A fresh receiver."""
    return Receiver()
