"""What became of writes, brought from the writer's thread to the loops that wait."""

from __future__ import annotations

import asyncio
from typing import Any


def tell(
    futures: list[asyncio.Future[Any]], outcomes: list[tuple[Any, BaseException | None]]
) -> None:
    """Settle each future in its own loop: a result, or the error it met."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Any, Any, Any]]] = {}
    for future, (result, error) in zip(futures, outcomes, strict=True):
        by_loop.setdefault(future.get_loop(), []).append((future, result, error))
    for loop, told in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, told)
        except RuntimeError:  # the loop is closed: nobody listens any more
            continue


def _settle(told: list[tuple[asyncio.Future[Any], Any, BaseException | None]]) -> None:
    for future, result, error in told:
        if future.done():
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
