"""Reading a request has an end."""

from __future__ import annotations

import asyncio

import pytest

from beautybot.web.deadlines import ReadDeadline


async def test_who_reads_too_long_is_stopped() -> None:
    """With TimeoutError, and without ending the task."""
    deadline = ReadDeadline(0.01)

    with pytest.raises(TimeoutError), deadline:
        await asyncio.sleep(30)

    await asyncio.sleep(0)  # the task lives on


async def test_who_reads_in_time_is_left_alone() -> None:
    """Also where the sweep comes long after."""
    deadline = ReadDeadline(0.01)

    with deadline:
        body = await asyncio.sleep(0, b"body")
    await asyncio.sleep(1.2)

    assert body == b"body"


async def test_a_stop_from_elsewhere_stays_a_stop() -> None:
    """A cancelled task is not taken for a slow one."""
    deadline = ReadDeadline(60)

    async def read() -> None:
        with deadline:
            await asyncio.sleep(30)

    task = asyncio.create_task(read())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
