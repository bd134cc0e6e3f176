"""One who brings hundreds stands before nobody but once."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, suppress

import pytest

from beautybot.kit.gate import Gate, Underway

HOT, OTHER = 1, 2


class Queue(Gate):
    """The control: who came first is first, whosever it is."""

    def place(self, of: int) -> AbstractAsyncContextManager[None]:
        """In one line."""
        return super().place(0 * of)


@pytest.mark.parametrize(("gate", "before"), [(Gate(4), 5), (Queue(4), 100)])
async def test_the_salons_take_turns(gate: Gate, before: int) -> None:
    """Of a hundred of a hot salon, those inside and one more go before the other's one."""
    entered: list[int] = []

    async def one(of: int) -> None:
        async with gate.place(of):
            entered.append(of)
            await asyncio.sleep(0)

    await asyncio.gather(*(one(HOT) for _ in range(100)), one(OTHER))

    assert entered.index(OTHER) <= before if before < 100 else entered.index(OTHER) == 100
    assert len(entered) == 101


async def test_who_gives_up_waiting_keeps_no_place() -> None:
    """Before the turn, at the turn, inside: the place goes on to the next."""
    gate, done = Gate(1), asyncio.Event()

    async def inside() -> None:
        async with gate.place(HOT):
            await done.wait()

    holder, waiter, called = (asyncio.create_task(inside()) for _ in range(3))
    await asyncio.sleep(0)
    waiter.cancel()
    await asyncio.sleep(0)
    holder.cancel()
    with suppress(asyncio.CancelledError):
        await holder
    called.cancel()  # its turn has come, and it has not noticed yet
    with suppress(asyncio.CancelledError):
        await called
    async with asyncio.timeout(5), gate.place(OTHER):
        passed = True

    assert passed


async def test_what_is_under_way_is_counted() -> None:
    """As long as it lasts, however it ends."""
    underway, done = Underway(), asyncio.Event()

    async def work(fails: bool) -> None:
        await done.wait()
        if fails:
            raise RuntimeError("it broke")

    pieces = [asyncio.create_task(underway.during(HOT, work(n == 0))) for n in range(3)]
    pieces.append(asyncio.create_task(underway.during(OTHER, work(False))))
    await asyncio.sleep(0)
    during = underway.over(2)
    done.set()
    await asyncio.gather(*pieces, return_exceptions=True)

    assert during == [HOT]
    assert underway.over(1) == []
