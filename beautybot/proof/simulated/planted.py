"""Mistakes put in on purpose: a simulator that does not find them proves nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from typing import Any

from sqlalchemy import update

from beautybot.agent import interpreting
from beautybot.agent.commands import Confirm
from beautybot.booking import overlap, timetable
from beautybot.conversations import delivery, turns
from beautybot.conversations.models import conversations
from beautybot.kit.batching import Batcher
from beautybot.kit.db.memory import MemoryDatabase


class Mistake(StrEnum):
    """One promise broken each."""

    EARLY_ACK = "early-ack"  # "200" before the delivery is durable
    BLIND_BOOK = "blind-book"  # nobody looks whether the time is taken
    TRUSTS_MODEL = "trusts-model"  # a yes may come from the language model
    NO_FENCE = "no-fence"  # who lost a lease writes all the same
    WRONG_SCREEN = "wrong-screen"  # an answer goes to whoever was answered last


@contextmanager
def mistake(which: Mistake | None, store: MemoryDatabase) -> Iterator[None]:
    """The product with this mistake for the length of the block."""
    match which:
        case None:
            yield
        case Mistake.EARLY_ACK:
            with _instead(Batcher, "add", _early):
                yield
        case Mistake.BLIND_BOOK:
            store.run(_lift)
            with _instead(timetable, "_busy", lambda _right: lambda *_args: {}):
                yield
        case Mistake.TRUSTS_MODEL:
            with _instead(interpreting, "meant", _trusting):
                yield
        case Mistake.NO_FENCE:
            with _instead(turns, "hold", _nothing), _instead(turns, "_give_back", _anyhow):
                yield
        case Mistake.WRONG_SCREEN:
            with _instead(delivery, "_part", _to_the_last):
                yield


@contextmanager
def _instead(of: Any, name: str, make: Callable[[Any], Any]) -> Iterator[None]:
    right = getattr(of, name)
    setattr(of, name, make(right))
    try:
        yield
    finally:
        setattr(of, name, right)


def _early(careful: Any) -> Any:
    async def add(self: Any, item: Any) -> None:
        asyncio.get_running_loop().call_later(
            0.5, lambda: asyncio.ensure_future(careful(self, item))
        )

    return add


def _nothing(_right: Any) -> Any:
    return lambda *_args, **_more: None


def _trusting(careful: Any) -> Any:
    def meant(data: dict[str, Any], *args: Any) -> Any:
        said = data.get("commands")
        agrees = isinstance(said, list) and {"op": "confirm"} in [
            {"op": each.get("op")} for each in said if isinstance(each, dict)
        ]
        return [*careful(data, *args), *([Confirm(None)] if agrees else [])]

    return meant


def _anyhow(_careful: Any) -> Any:
    def give_back(conn: Any, held: Any, **values: Any) -> None:
        conn.execute(
            update(conversations)
            .where(
                conversations.c.business_id == held.business_id,
                conversations.c.id == held.conversation_id,
            )
            .values(**values, leased_by=None)
        )

    return give_back


def _to_the_last(right: Any) -> Any:
    last: list[str] = []

    def part(message: Any, parts: Any, number: int) -> Any:
        last.append(message.address)
        return replace(right(message, parts, number), address=last[max(0, len(last) - 2)])

    return part


def _lift(conn: Any) -> None:
    for statement in overlap.lifting("sqlite"):
        conn.exec_driver_sql(statement)
