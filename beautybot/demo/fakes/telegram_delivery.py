"""
Updates on their way to a bot: one queue per chat, per tapping user, per kind.

The next update of a queue waits until the front one got a 2xx or expired;
pauses are 0, 2, 4, 8 … s and then 60 to 120 s, divided by `speed`.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import msgspec

from beautybot.demo.fakes.telegram_world import TgBot
from beautybot.kit import clock as kit_clock

MESSAGE_LIFE_S = 24 * 3600.0
CALLBACK_LIFE_S = 150.0
RETRY_AFTER_CAP_S = 3600.0

Executor = Callable[[TgBot, str, dict[str, Any]], Awaitable[Any]]


@dataclass(slots=True, eq=False)
class Pending:
    """An update that has not been taken; `id` grows by one for each of a bot."""

    id: int
    kind: str
    body: dict[str, Any]
    queue: str
    life_s: float
    born: float = field(default_factory=kit_clock.monotonic)
    attempts: int = 0


@dataclass(slots=True)
class Deliveries:
    """All that waits for one bot."""

    bot: TgBot
    clock: kit_clock.Clock
    speed: float
    execute: Executor
    taken: Callable[[TgBot, str, dict[str, Any]], None]  # bot, kind, content
    next_id: int
    statuses: list[tuple[int, int]] = field(default_factory=list)  # update id, HTTP status
    _waiting: dict[int, Pending] = field(default_factory=dict)
    _queues: dict[str, deque[Pending]] = field(default_factory=lambda: defaultdict(deque))
    _runners: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _limit: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(40))
    _session: aiohttp.ClientSession | None = None

    def put(self, kind: str, content: dict[str, Any], queue: str, life_s: float) -> int | None:
        """Queue one update unless its kind is not asked for; its id."""
        if not self.bot.webhook.wants(kind):
            return None
        update_id = self.next_id
        self.next_id += 1
        body = {"update_id": update_id, kind: content}
        update = Pending(update_id, kind, body, queue, life_s)
        self._waiting[update_id] = update
        self._queues[queue].append(update)
        self._arrived.set()
        self._run(queue)
        return update_id

    @property
    def waiting(self) -> list[Pending]:
        """What has not been taken yet, oldest first."""
        return list(self._waiting.values())

    @property
    def pending(self) -> int:
        """How many have not been taken yet."""
        return len(self._waiting)

    def confirm(self, done: Sequence[Pending]) -> None:
        """These have been taken."""
        for update in done:
            if self._waiting.pop(update.id, None):
                self.taken(self.bot, update.kind, update.body[update.kind])

    def wake(self) -> None:
        """Start delivering whatever waits, if there is a webhook."""
        for queue in tuple(self._queues):
            self._run(queue)

    def limit(self, connections: int) -> None:
        """At most so many deliveries at once."""
        self._limit = asyncio.Semaphore(connections)

    def drop(self) -> None:
        """Forget all that waits."""
        self._waiting.clear()

    async def arrival(self, timeout_s: float) -> None:
        """Wait until something new waits, at most so long."""
        self._arrived.clear()
        try:
            await asyncio.wait_for(self._arrived.wait(), timeout_s)
        except TimeoutError:
            return

    async def idle(self) -> None:
        """Wait until every queue is empty (for ever if the webhook never takes them)."""
        while self._runners:
            await asyncio.gather(*self._runners.values(), return_exceptions=True)
            await asyncio.sleep(0)

    async def close(self) -> None:
        """Stop delivering."""
        runners = list(self._runners.values())
        for runner in runners:
            runner.cancel()
        await asyncio.gather(*runners, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _run(self, queue: str) -> None:
        if self.bot.webhook.url and queue not in self._runners:
            self._runners[queue] = asyncio.create_task(self._drain(queue))

    async def _drain(self, queue: str) -> None:
        try:
            await self._deliver_all(queue)
        finally:
            self._runners.pop(queue, None)  # no await since the last look at the queue

    async def _deliver_all(self, queue: str) -> None:
        while self.bot.webhook.url and (front := self._front(queue)):
            if (kit_clock.monotonic() - front.born) * self.speed > front.life_s:
                self._waiting.pop(front.id)
                continue
            async with self._limit:
                status, wait_s = await self._attempt(front)
            if 200 <= status < 300:
                self.confirm([front])
            else:
                await asyncio.sleep(wait_s / self.speed)

    def _front(self, queue: str) -> Pending | None:
        line = self._queues[queue]
        while line and line[0].id not in self._waiting:
            line.popleft()
        if line:
            return line[0]
        del self._queues[queue]
        return None

    async def _attempt(self, update: Pending) -> tuple[int, float]:
        webhook = self.bot.webhook
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
        body = msgspec.json.encode(update.body)
        update.attempts += 1
        pause = 2.0**update.attempts if update.attempts < 7 else random.uniform(60, 120)
        try:
            async with self._open().post(
                webhook.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                status, answer = response.status, await response.content.read(65_536)
                reason, retry_after = response.reason, response.headers.get("Retry-After", "")
        except (aiohttp.ClientError, TimeoutError) as error:
            self._failed(f"Connection failed: {type(error).__name__}")
            self.statuses.append((update.id, 0))
            return 0, pause
        self.statuses.append((update.id, status))
        if 200 <= status < 300:
            await self._execute(answer)
        elif status == 410:
            webhook.url = ""  # the real server stops for 23 hours
        else:
            self._failed(f"Wrong response from the webhook: {status} {reason}")
        if retry_after.isdigit():
            pause = min(float(retry_after), RETRY_AFTER_CAP_S)
        return status, pause

    async def _execute(self, answer: bytes) -> None:
        try:
            body = msgspec.json.decode(answer)
        except msgspec.DecodeError:
            return
        if isinstance(body, dict) and body.get("method"):
            await self.execute(self.bot, str(body.pop("method")), body)

    def _failed(self, words: str) -> None:
        self.bot.webhook.error = words
        self.bot.webhook.error_at = self.clock()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=100),
                timeout=aiohttp.ClientTimeout(total=60.0),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session
