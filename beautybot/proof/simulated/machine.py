"""
One process of the product: the web's door, the worker, and a life that may end at any moment.

A process sees the database through its own `Handle`.  Once it is dead nothing
it still wants to do is done; while it is frozen (SIGSTOP) it does nothing, and
goes on later as if no time had passed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Table
from starlette.types import ASGIApp

from beautybot import chores
from beautybot.agent.understanding import Understanding
from beautybot.app import Parts, build
from beautybot.businesses.credentials import mark_of
from beautybot.channels.base import Channel
from beautybot.conversations.models import conversations, inbound_events, outbox
from beautybot.kit.clock import Clock
from beautybot.kit.crypto import Keyring
from beautybot.kit.db import Filled
from beautybot.kit.db.memory import MemoryDatabase
from beautybot.kit.jobs import jobs
from beautybot.kit.leases import next_due
from beautybot.kit.wakeup import ToDo, Wakeup
from beautybot.llm.base import LLM
from beautybot.notifications.models import owner_messages, owner_updates
from beautybot.proof.simulated.chances import SLOW_READ, Chances
from beautybot.settings import Settings
from beautybot.worker import Worker

P = ParamSpec("P")
T = TypeVar("T")

LISTS: Mapping[ToDo, Table] = {
    ToDo.INBOX: inbound_events,
    ToDo.TURNS: conversations,
    ToDo.OUTBOX: outbox,
    ToDo.JOBS: jobs,
    ToDo.OWNERS: owner_updates,
    ToDo.NOTICES: owner_messages,
}
LEAST_S = {ToDo.JOBS: 300.0}
"""A worker may be late with its chores by this; otherwise it looks when something is due."""
MOST_S = 600.0


class Died(BaseException):
    """The process is no more; like kill -9, nothing catches it."""


class Moment(StrEnum):
    """Where in a use of the database a process dies."""

    BEFORE = "before"
    INSIDE = "inside"  # all is written, nothing is committed
    AFTER = "after"  # committed, and nobody was told


@dataclass(slots=True)
class Handle:
    """The database as one process has it; a Database."""

    store: MemoryDatabase
    chances: Chances
    name: str
    dead: bool = False
    thawed: asyncio.Event = field(default_factory=asyncio.Event)
    doom: tuple[int, Moment] | None = None  # after so many writes more
    chill: int | None = None  # it freezes in the write after so many more
    frozen: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = "sqlite://"
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.thawed.set()

    async def read(
        self, verb: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Look, perhaps a moment later."""
        await self._breathe()
        return self.store.run(verb, *args, **kwargs)

    async def write(
        self, verb: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Write, unless the process dies on the way."""
        await self._breathe()
        await self._freeze()
        moment = self._doomed()
        if moment is Moment.BEFORE:
            self.die()

        def whole(conn: Connection) -> T:
            result = verb(conn, *args, **kwargs)
            if moment is Moment.INSIDE:
                self.die()
            return result

        result = self.store.run(whole)
        if moment is Moment.AFTER:
            self.die()
        return result

    async def insert_first(self, filled: Filled) -> None:
        """The same: nothing waits here."""
        await self.write(filled.insert)

    async def scrub(self) -> bool:
        """There is no log to empty."""
        return True

    async def close(self) -> None:
        """The database outlives its processes."""

    async def alive(self) -> None:
        """Return if the process may do something now; Died otherwise."""
        await self.thawed.wait()
        if self.dead:
            raise Died(self.name)

    def die(self) -> None:
        """kill -9."""
        self.dead = True
        self.ended.set()
        raise Died(self.name)

    async def _breathe(self) -> None:
        await self.alive()
        if self.chances.strikes("slow database", SLOW_READ):
            await asyncio.sleep(self.chances.dice("slow").uniform(0.0, 0.05))
        else:
            await asyncio.sleep(0)
        await self.alive()

    async def _freeze(self) -> None:
        if self.chill is None:
            return
        self.chill -= 1
        if self.chill < 0:
            self.chill = None
            self.thawed.clear()
            self.frozen.set()
        await self.alive()

    def _doomed(self) -> Moment | None:
        if self.doom is None:
            return None
        left, moment = self.doom
        self.doom = (left - 1, moment)
        return moment if left <= 0 else None


class Bells(Wakeup):
    """Waits until something is due, instead of looking every half second."""

    def __init__(self, store: MemoryDatabase, clock: Clock) -> None:
        super().__init__()
        self._store = store
        self._clock = clock

    async def wait(self, todo: ToDo, ticket: int, timeout_s: float) -> None:
        """The same promise, with another patience."""
        due = self._store.run(next_due, LISTS[todo])
        until = MOST_S if due is None else (due - self._clock()).total_seconds()
        least = LEAST_S.get(todo, timeout_s)
        await super().wait(todo, ticket, min(max(until, least), MOST_S))


@dataclass(slots=True)
class Machine:
    """A process that runs."""

    handle: Handle
    app: ASGIApp
    worker: Worker
    task: asyncio.Task[None]

    async def stop(self) -> None:
        """Clear away what a dead process left in the loop."""
        self.handle.dead = True
        self.handle.ended.set()
        self.handle.thawed.set()
        left = {self.task, *self.worker.running}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def post(self, path: str, headers: Mapping[str, str], body: bytes) -> int:
        """One request over the wire; its status, 0 if the process died before it gave one."""
        status = 0
        given = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            return given.pop() if given else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            nonlocal status
            await self.handle.alive()
            status = message.get("status", status)

        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
        }
        answering = asyncio.ensure_future(self.app(scope, receive, send))
        ending = asyncio.ensure_future(self.handle.ended.wait())
        await asyncio.wait({answering, ending}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        answering.cancel()
        await asyncio.gather(answering, ending, return_exceptions=True)
        return status


@dataclass(frozen=True, slots=True)
class Plan:
    """With what every process starts."""

    settings: Settings
    store: MemoryDatabase
    keyring: Keyring
    chances: Chances
    clock: Clock
    llm: LLM
    channels_of: Callable[[Handle], Mapping[str, Channel]]


async def start(plan: Plan, name: str, *, alone: bool) -> Machine:
    """Start one; `alone` says that no other can be alive, as on one SQLite file."""
    handle = Handle(plan.store, plan.chances, name)
    bells = Bells(plan.store, plan.clock)
    channels = plan.channels_of(handle)
    worker = Worker(
        db=handle,
        channels=channels,
        keyring=plan.keyring,
        llm=plan.llm,
        understanding=Understanding(),
        wakeup=bells,
        burst=timedelta(seconds=plan.settings.burst_wait_s),
        public_url="https://salon.example",
        shared_app=mark_of(plan.settings.whatsapp_app_secret or ""),
        clock=plan.clock,
        jobs=chores.TABLE,
        name=name,
    )
    parts = Parts(plan.settings, handle, plan.keyring, bells, plan.clock, channels)
    if alone:
        await worker.free_leases()
    return Machine(handle, build(parts), worker, asyncio.create_task(worker.run()))


Doom = tuple[int, Moment]


def doom(chances: Chances) -> Doom:
    """Some writes from now, somewhere in one of them."""
    dice = chances.dice("doom")
    return dice.randrange(12), dice.choice(list(Moment))
