"""The whole of a run: a salon, its processes, its clients, what happens to them, the laws."""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, func, select

from beautybot import chores
from beautybot.booking import importing
from beautybot.booking.models import appointments
from beautybot.booking.salon_file import of_json
from beautybot.businesses import connecting, salons
from beautybot.channels.whatsapp import WhatsApp
from beautybot.conversations.models import turns
from beautybot.demo.fakes.graph import FakeGraph
from beautybot.demo.fakes.graph_events import WaClient
from beautybot.kit.crypto import Keyring, new_key, parse_keys
from beautybot.kit.db.memory import MemoryDatabase, in_memory, of_image
from beautybot.proof.simulated import chances as share, words
from beautybot.proof.simulated.chances import Chances
from beautybot.proof.simulated.hours import Hands, VirtualLoop, run
from beautybot.proof.simulated.laws import Broken, Laws
from beautybot.proof.simulated.machine import Handle, Machine, Plan, doom, start
from beautybot.proof.simulated.model import BadDay
from beautybot.proof.simulated.people import Person, arrivals
from beautybot.proof.simulated.planted import mistake
from beautybot.proof.simulated.runs import Asked, Seen
from beautybot.proof.simulated.salon import FILE, SLUG
from beautybot.proof.simulated.wire import Deliveries, Sends
from beautybot.russian.people import name_forms
from beautybot.settings import Settings

BEGIN = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
PHONE_ID, WABA = "106540352242922", "102290129340398"
SECRET, TOKEN = "0123456789abcdef0123456789abcdef", "EAAsimulated"
STEP_S = 20.0
CLIENTS_A_DAY = 120
RESTART_S = (0.2, 4.0)
FROZEN_S = (31.0, 90.0)
"""Longer than a lease: who wakes up after it has lost all it held."""
REST, QUIET_DOWN = timedelta(minutes=15), timedelta(hours=3)
"""The least and the most that is waited for the net and the messages that were put off."""
_SIGNS = re.compile(r"[A-ZА-Я0-9]{6}\b")


def live(asked: Asked, tell: Callable[[], None] = lambda: None) -> Seen:
    """Live one run; `tell` is called each quarter of an hour."""
    random.seed(asked.seed)
    loop = VirtualLoop()
    store = of_image(_opened())
    try:
        return run(loop, World(asked, store, loop, tell).live())
    finally:
        asyncio.run(store.close())


@cache
def _opened() -> bytes:
    """The salon before its first day; to bring its file in costs more than an hour of its life."""
    store = asyncio.run(in_memory())
    store.run(importing.apply, of_json(FILE), now=BEGIN, name_forms=name_forms)
    store.run(chores.schedule, BEGIN)
    image = store.image()
    asyncio.run(store.close())
    return image


class World:
    """One run, while it runs."""

    def __init__(
        self, asked: Asked, store: MemoryDatabase, loop: VirtualLoop, tell: Callable[[], None]
    ) -> None:
        self.asked = asked
        self.store = store
        self.loop = loop
        self.tell = tell
        self.luck = Chances(asked.seed)
        self.clock = Hands(BEGIN, loop)
        self.graph = FakeGraph(callback_url="sim:", clock=self.clock, speed=1.0)
        self.meta = Deliveries(speed=1.0, chances=self.luck, door=lambda: self.machine)
        self.graph.webhooks = self.meta
        self.graph.add_number(PHONE_ID, token=TOKEN, app_secret=SECRET, waba_id=WABA)
        self.machine: Machine | None = None
        self.people: dict[str, Person] = {}
        self.seen = Seen(faults=self.luck.happened)
        self.hash = hashlib.sha256()
        self.started = 0
        self.doubts = 0

    async def live(self) -> Seen:
        """To the end, or to the first broken law."""
        plan, business_id = await self._open()
        laws = Laws(business_id, self.people, PHONE_ID)
        span = timedelta(hours=self.asked.hours)
        with mistake(self.asked.plant, self.store):
            await self._start(plan)
            clients = [asyncio.create_task(life) for life in self._clients(span)]
            others = [
                asyncio.create_task(self._crashes(plan)),
                asyncio.create_task(self._freezes(plan)),
                asyncio.create_task(self._jumps()),
            ]
            try:
                await self._watch(laws, span, [*clients, *others])
            except Broken as broken:
                self.seen.broken = str(broken)
                self.seen.at = f"{self.clock():%Y-%m-%d %H:%M:%S}"
            finally:
                await self._leave()
        return self._summed(laws, business_id)

    async def _leave(self) -> None:
        """End all that still lives in the loop."""
        if self.machine is not None:
            await self.machine.stop()
        await self.graph.close()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    # -- opening --------------------------------------------------------------------

    async def _open(self) -> tuple[Plan, int]:
        keyring = Keyring(parse_keys(new_key()))
        settings = Settings(database_url="sqlite://", whatsapp_app_secret=SECRET, burst_wait_s=1.5)
        plan = Plan(
            settings, self.store, keyring, self.luck, self.clock, BadDay(self.luck), self._channels
        )
        now = self.clock()
        salon = self.store.run(salons.by_slug, SLUG)
        self.luck.calm = True
        await connecting.connect(
            self.store,
            keyring,
            self._channels(Handle(self.store, self.luck, "operator"))["whatsapp"],
            business=salon,
            secrets={"access_token": TOKEN},
            details={"phone_id": PHONE_ID, "waba_id": WABA},
            public_url="https://salon.example",
            now=now,
        )
        self.luck.calm = False
        return plan, salon.id

    def _channels(self, handle: Handle) -> dict[str, Any]:
        sends = Sends(self.graph, self.luck, handle)
        return {"whatsapp": WhatsApp("https://graph.example/v26.0", http=sends)}

    def _clients(self, span: timedelta) -> list[Coroutine[Any, Any, None]]:
        dice = self.luck.dice("arrivals")
        lives = []
        for number, moment in enumerate(arrivals(dice, self.asked.clients, span)):
            who = WaClient(f"7916{number:07d}", name=dice.choice(words.NAMES))
            person = Person(
                who, self.graph, PHONE_ID, self.luck.dice(f"client {number}"), self._note
            )
            self.people[who.key] = person
            lives.append(person.live(moment))
        return lives

    # -- what happens ---------------------------------------------------------------

    async def _start(self, plan: Plan, *, alone: bool = True) -> None:
        self.started += 1
        self.machine = await start(plan, f"worker-{self.started}", alone=alone)

    async def _crashes(self, plan: Plan) -> None:
        """kill -9 in the middle of a write, and a new start some seconds later."""
        dice = self.luck.dice("crashes")
        while True:
            await asyncio.sleep(dice.expovariate(1 / (share.CRASH_EVERY_H * 3600)))
            victim = self.machine
            if self.luck.calm:
                return
            if victim is None or victim.handle.chill is not None:
                continue
            victim.handle.doom = doom(self.luck)
            await victim.handle.ended.wait()
            self._note("crash", victim.handle.name)
            self.luck.happened["crash"] += 1
            self.doubts += len(victim.worker.running)
            if self.machine is victim:
                self.machine = None
            await victim.stop()
            await asyncio.sleep(dice.uniform(*RESTART_S))
            await self._start(plan)

    async def _freezes(self, plan: Plan) -> None:
        """A process stops for longer than its leases; another goes on; the first wakes up."""
        dice = self.luck.dice("freezes")
        while True:
            await asyncio.sleep(dice.expovariate(1 / (share.FREEZE_EVERY_H * 3600)))
            zombie = self.machine
            if self.luck.calm:
                return
            if zombie is None or zombie.handle.doom is not None:
                continue
            zombie.handle.chill = dice.randrange(12)
            await zombie.handle.frozen.wait()
            self._note("freeze", zombie.handle.name)
            self.luck.happened["freeze"] += 1
            self.doubts += len(zombie.worker.running)
            await self._start(plan, alone=False)
            await asyncio.sleep(dice.uniform(*FROZEN_S))
            zombie.handle.thawed.set()
            await asyncio.sleep(5)
            await zombie.stop()

    async def _jumps(self) -> None:
        """The clock is set: mostly forward, at times a little back."""
        dice = self.luck.dice("jumps")
        while True:
            await asyncio.sleep(dice.expovariate(1 / (share.JUMP_EVERY_H * 3600)))
            self.clock.ahead += timedelta(seconds=dice.choice((2.0, 45.0, 90.0, -3.0)))
            self.luck.happened["clock jump"] += 1

    async def _watch(self, laws: Laws, span: timedelta, tasks: list[asyncio.Task[Any]]) -> None:
        """Look after each step; at the end let everything come to rest, and look at all of it."""
        quarters = 0.0
        while self.loop.time() < (span + QUIET_DOWN).total_seconds():
            await asyncio.sleep(STEP_S)
            for task in tasks:
                if task.done() and not task.cancelled() and (error := task.exception()):
                    raise error
            self.store.run(laws.step, self.meta.acknowledged, self._doubtful())
            if self.loop.time() // 900 > quarters:
                quarters = self.loop.time() // 900
                self.tell()
            if self.loop.time() > span.total_seconds():
                self._calm()
            rests = self.loop.time() > (span + REST).total_seconds()
            if rests and not self.meta.retrying and self.store.run(laws.quiet):
                break
        self.store.run(laws.end)
        if self.meta.forged_taken:
            raise Broken(f"{self.meta.forged_taken} forged deliveries were accepted")

    def _calm(self) -> None:
        """No more faults, no more words."""
        self.luck.calm = True
        for person in self.people.values():
            person.over = True

    def _doubtful(self) -> int:
        kinds = ("send carried out, answer cut", "send carried out, answer never came")
        return self.doubts + sum(self.luck.happened[kind] for kind in kinds)

    # -- the record -----------------------------------------------------------------

    def _note(self, who: str, what: str) -> None:
        line = f"{self.loop.time():.3f} {who} {what}"
        self.hash.update(line.encode())
        self.seen.last = [*self.seen.last[-11:], line]

    def _summed(self, laws: Laws, business_id: int) -> Seen:
        seen = self.seen
        seen.looks = laws.looks
        seen.turns, seen.bookings = self.store.run(_counted, business_id)
        for key in sorted(self.people):
            for bubble in self.graph.transcripts.of(PHONE_ID, key):
                seen.messages += not bubble.ours
                words_said = _SIGNS.sub("…", bubble.text)  # a visit's number is drawn anew
                self.hash.update(f"{bubble.at.isoformat()} {key} {words_said}".encode())
        seen.trace = self.hash.hexdigest()[:16]
        return seen


def _counted(conn: Connection, business_id: int) -> tuple[int, int]:
    taken = select(func.count()).where(turns.c.business_id == business_id)
    booked = select(func.count()).where(
        appointments.c.business_id == business_id, appointments.c.status != "held"
    )
    return conn.execute(taken).scalar_one(), conn.execute(booked).scalar_one()
