"""
The worker: claims what is due and does it.

Four to-do lists, one loop each: deliveries to read, turns to take, messages to
send, jobs to run.  A loop sleeps until it is woken (the same process stored
something, or PostgreSQL said so) or a short time has passed.  Whatever breaks
is written down, tried again, and put aside after its last try; the loop goes on.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from beautybot.agent.own_models import OwnModels
from beautybot.agent.turn import take_turn
from beautybot.agent.understanding import Understanding
from beautybot.channels.base import Channel, Kind
from beautybot.conversations import delivery, trouble, turns
from beautybot.conversations.courtesy import Courtesy
from beautybot.conversations.envelope import Envelope
from beautybot.conversations.listening import Listening
from beautybot.conversations.models import conversations, inbound_events
from beautybot.conversations.reader import Reader
from beautybot.kit import clock as clocks, jobs, log, seats
from beautybot.kit.clock import Clock
from beautybot.kit.crypto import Keyring
from beautybot.kit.db import Database, DatabaseUnavailable, insist
from beautybot.kit.failpoints import Stage, reached
from beautybot.kit.gate import Underway
from beautybot.kit.jobs import Job
from beautybot.kit.leases import LeaseLost, free_all
from beautybot.kit.presence import SILENT, Presence, own_name
from beautybot.kit.wakeup import ToDo, Wakeup
from beautybot.llm.base import LLM
from beautybot.notifications import owner, truth
from beautybot.notifications.bot import hearing
from beautybot.notifications.models import owner_messages, owner_updates
from beautybot.notifications.owner import Voices

logger = log.get(__name__)

HELD = (inbound_events, conversations, jobs.jobs, owner_messages, owner_updates)
"""What a dead worker held goes on at once; its outbox waits for the channel's own word."""
IDLE_S = 0.5
BATCH, FEW = 32, 8  # each envelope is opened inside a commit that others wait for
MOST_TURNS, MOST_SENDS = 400, 50  # of one salon: the rest of the places is for the others
CROWD = 20  # with so much under way answers matter more than "typing…"

JobRun = Callable[["Worker", Job], Awaitable[timedelta | None]]


@dataclass(slots=True)
class Worker:
    """Everything the loops need.  `jobs` is the table from a job's name to its function."""

    db: Database
    channels: Mapping[str, Channel]
    keyring: Keyring
    llm: LLM | None  # the installation's model
    understanding: Understanding
    wakeup: Wakeup
    burst: timedelta = timedelta(seconds=2)
    public_url: str = ""
    voices: Voices = field(default_factory=Voices)  # to the salons' people
    shared_app: str | None = None  # the mark of the installation's own Meta app
    clock: Clock = clocks.now
    listening: Listening | None = None  # where voice notes can be heard
    own_models: OwnModels | None = None  # the salons' own, where there may be some
    silent: timedelta = SILENT  # after so long without a word another worker is dead
    jobs: Mapping[str, JobRun] = field(default_factory=dict)
    name: str = field(default_factory=own_name)
    # Apart, because turns that wait for a slow model must not keep answers from being sent.
    busy: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(600))
    sending: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(200))
    turning: Underway = field(default_factory=Underway)
    leaving: Underway = field(default_factory=Underway)
    running: set[asyncio.Task[Any]] = field(default_factory=set)
    beat: float = field(default_factory=clocks.monotonic)

    async def run(self) -> None:
        """Work until cancelled; then finish what runs."""
        try:
            async with asyncio.TaskGroup() as group:
                for todo, step in self._steps().items():
                    group.create_task(self._loop(todo, step))
                if not self.db.url.startswith("sqlite"):
                    here = Presence(self.db, self.name, HELD, self.clock, self.silent)
                    group.create_task(here.stay())
        finally:
            if self.running:
                await asyncio.wait(set(self.running), timeout=10)

    async def free_leases(self) -> None:
        """At the start of the only server of an SQLite file: nobody else can hold anything."""
        for table in HELD:
            await self.db.write(free_all, table, self.clock())
        await self.db.write(seats.vacate)

    async def drain(self) -> bool:
        """Do all that is due now, and what that makes due; was there any (tests, chat)?"""
        worked = False
        while any([await step() for step in self._steps().values()]) or self.running:
            await asyncio.gather(*set(self.running), return_exceptions=True)
            worked = True
        return worked

    def _steps(self) -> dict[ToDo, Callable[[], Awaitable[int]]]:
        return {
            ToDo.INBOX: self._read,
            ToDo.TURNS: self._turns,
            ToDo.OUTBOX: self._send,
            ToDo.JOBS: self._jobs,
            ToDo.OWNERS: self._hear_owners,
            ToDo.NOTICES: self._tell,
        }

    async def _loop(self, todo: ToDo, step: Callable[[], Awaitable[int]]) -> None:
        while True:
            try:
                ticket = self.wakeup.ticket(todo)
                done = await step()
                self.beat = clocks.monotonic()
                if done == 0:
                    await self.wakeup.wait(todo, ticket, IDLE_S)
            except DatabaseUnavailable as error:
                logger.error("❌ Ошибка базы данных", error=str(error))
                await asyncio.sleep(random.uniform(0.2, 1))  # not all workers at one moment
            except Exception as error:
                logger.exception("❌ Ошибка в работе", step=step.__name__, error=repr(error))
                await asyncio.sleep(1)

    # -- deliveries -------------------------------------------------------------

    async def _read(self) -> int:
        reader = Reader(self.db, self.channels, self.clock, self.burst, self.shared_app)
        count, received = await reader.read(self.name)
        if count:
            self.wakeup.ring_after(self.burst.total_seconds(), ToDo.TURNS)
        for new in received:
            typing = len(self.running) < CROWD
            if typing or new.item.kind is Kind.PRESS:
                self._spawn(self._courtesy.receive(new.place, new.item, typing=typing))
        return count

    # -- turns --------------------------------------------------------------------

    async def _turns(self) -> int:
        hot = self.turning.over(MOST_TURNS)
        claims = await self.db.write(turns.take, self.clock(), self.name, BATCH, hot)
        for claim in claims:
            reached(Stage.CLAIMED)
            await self.busy.acquire()
            self._spawn(self.turning.during(claim.business_id, self._turn(claim)))
        return len(claims)

    async def _turn(self, claim: turns.Claim) -> None:
        crowded = len(self.running) >= CROWD
        typing = asyncio.create_task(self._courtesy.keep_typing(claim, crowded=crowded))
        try:
            if self.listening is not None:
                await self.listening.hear(claim)
            replied = await take_turn(
                claim,
                db=self.db,
                llm=await self.own_models.of(claim.business_id) if self.own_models else self.llm,
                understood_by=self.understanding,
                clock=self.clock,
            )
            if replied:
                self.wakeup.ring(ToDo.OUTBOX, ToDo.NOTICES)
        except (turns.Overtaken, DatabaseUnavailable):  # newer words; or no fault of the turn
            with suppress(LeaseLost):
                await insist(self.db, turns.again, claim, self.clock(), self.burst)
        except LeaseLost:
            logger.warning("turn was taken over", conversation=claim.conversation_id)
        except Exception as error:
            await self._turn_failed(claim, error)
        finally:
            typing.cancel()
            self.busy.release()

    async def _turn_failed(self, claim: turns.Claim, error: Exception) -> None:
        logger.exception("❌ Ошибка ответа", conversation=claim.conversation_id, error=repr(error))
        with suppress(LeaseLost):
            await insist(self.db, trouble.give_up_or_retry, claim, self.clock(), repr(error))

    # -- sending ------------------------------------------------------------------

    async def _send(self) -> int:
        now = self.clock()
        envelopes, dropped = await self.db.write(
            delivery.take,
            self.keyring,
            now,
            self.name,
            FEW,
            truth.still_true,
            self.leaving.over(MOST_SENDS),
        )
        for envelope in envelopes:
            await self.sending.acquire()
            self._spawn(self.leaving.during(envelope.business_id, self._deliver(envelope)))
        return len(envelopes) + dropped

    async def _deliver(self, envelope: Envelope) -> None:
        try:
            await delivery.deliver(envelope, db=self.db, channels=self.channels, clock=self.clock)
            self.wakeup.ring(ToDo.OUTBOX)  # the next one of that conversation may go
        except LeaseLost:
            logger.warning("send was taken over", message=envelope.message_id)
        finally:
            self.sending.release()

    # -- jobs ---------------------------------------------------------------------

    async def _jobs(self) -> int:
        claimed = await self.db.write(jobs.take, self.clock(), self.name, BATCH)
        for job in claimed:
            await self._job(job)
        return len(claimed)

    async def _job(self, job: Job) -> None:
        run = self.jobs.get(job.name)
        try:
            if run is None:
                raise LookupError(f"no job is called {job.name}")
            again = await run(self, job)
        except Exception as error:
            await jobs.settle(self.db, jobs.failed, job, self.clock(), repr(error))
            logger.error("❌ Ошибка задачи", job=job.name, error=repr(error), tries=job.attempts)
            return
        if again is None:
            await jobs.settle(self.db, jobs.done, job)
        else:
            await jobs.settle(self.db, jobs.again, job, self.clock() + again)

    # -- the salon's people -------------------------------------------------------

    async def _tell(self) -> int:
        return await owner.tell(self.db, self.voices, worker=self.name, clock=self.clock)

    async def _hear_owners(self) -> int:
        heard = await hearing.hear(self.db, self.voices.bot, worker=self.name, clock=self.clock)
        if heard:
            self.wakeup.ring(ToDo.NOTICES)
        if any(done.client_hears for done in heard):
            self.wakeup.ring(ToDo.OUTBOX)
        return len(heard)

    @property
    def _courtesy(self) -> Courtesy:
        return Courtesy(self.db, self.channels, self.keyring, self.clock)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self.running.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self.running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("❌ Ошибка", error=repr(error))
