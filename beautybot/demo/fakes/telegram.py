"""A local double of Telegram's Bot API, with the people on the other side."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from beautybot.demo.fakes import telegram_webhook as hooks
from beautybot.demo.fakes.faults import Fault, FaultScript, refused
from beautybot.demo.fakes.telegram_delivery import CALLBACK_LIFE_S, MESSAGE_LIFE_S, Deliveries
from beautybot.demo.fakes.telegram_markup import TelegramRefusal
from beautybot.demo.fakes.telegram_methods import METHODS, Context
from beautybot.demo.fakes.telegram_owners import Owners
from beautybot.demo.fakes.telegram_people import People
from beautybot.demo.fakes.telegram_world import TOKEN, TelegramWorld, TgBot
from beautybot.demo.fakes.transcript import Transcripts
from beautybot.demo.fakes.wire import (
    Answer,
    Call,
    Journal,
    Receive,
    Scope,
    Send,
    answer_json,
    serve,
)
from beautybot.kit import clock as kit_clock


def telegram_fault(
    code: int, words: str, *, retry_after: int | None = None, method: str = ""
) -> Fault:
    """A refusal of the Bot API as a scripted fault; `method` in lower case."""
    return refused(code, TelegramRefusal(code, words, retry_after).body(), method=method)


def too_many_requests(retry_after: int, *, method: str = "") -> Fault:
    """A 429 that says how long to wait, in seconds."""
    words = f"Too Many Requests: retry after {retry_after}"
    return telegram_fault(429, words, retry_after=retry_after, method=method)


class FakeTelegram(People, Owners):
    """
    An ASGI app that answers as `https://api.telegram.org`, and its other side.

    `speed` divides the pauses between retries and the life of updates and taps.
    `strict` True allows one setWebhook a second for each bot, as the real one
    does.  `everybody_started` True lets a bot write to any person, for load
    tests.  Faults are put by bot id (a string) into `faults`; the people's acts
    are in `People`.
    """

    def __init__(
        self,
        *,
        clock: kit_clock.Clock = kit_clock.now,
        speed: float = 60.0,
        strict: bool = False,
        everybody_started: bool = False,
    ) -> None:
        self.clock = clock
        self.speed = speed
        self.strict = strict
        self.world = TelegramWorld(everybody_started)
        self.faults = FaultScript()
        self.journal = Journal()
        self.deliveries: dict[str, Deliveries] = {}
        self._poller = hooks.Poller()
        self._registered_at: dict[str, float] = {}

    @property
    def transcripts(self) -> Transcripts:
        """The people's screens, by (bot id, chat id), both as strings."""
        return self.world.transcripts

    def add_bot(self, token: str = "", *, username: str = "", name: str = "Ромашка") -> TgBot:
        """A bot; without a token one of the right form is made."""
        if not token:
            number = 7_000_000_000 + next(self.world.serial)
            token = f"{number}:AA{random.getrandbits(190):033x}"[:46].ljust(46, "x")
        bot = TgBot(token, username or f"salon{token.partition(':')[0]}_bot", name)
        self.world.bots[token] = bot
        first = random.randrange(10**8, 10**9)
        self.deliveries[token] = Deliveries(
            bot, self.clock, self.speed, self._execute, self._taken, first
        )
        return bot

    async def idle(self) -> None:
        """Wait until every update of every bot was taken; never ends while one is refused."""
        for waiting in self.deliveries.values():
            await waiting.idle()

    async def close(self) -> None:
        """Stop delivering."""
        await asyncio.gather(*(d.close() for d in self.deliveries.values()))

    def put_update(self, bot: TgBot, kind: str, content: dict[str, Any], queue: str) -> int | None:
        """Queue an update of any kind; its id, or None where the bot does not ask for the kind."""
        life_s = CALLBACK_LIFE_S if kind == "callback_query" else MESSAGE_LIFE_S
        return self.deliveries[bot.token].put(kind, dict(content), queue, life_s)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await serve(scope, receive, send, self._answer, journal=self.journal, at=self.clock())

    async def _answer(self, call: Call) -> Answer:
        parts = call.path.strip("/").split("/")
        if parts[0] == "file" and len(parts) >= 3:
            return self._download(parts[1].removeprefix("bot"), "/".join(parts[2:]))
        token = parts[0].removeprefix("bot")
        if len(parts) != 2 or not parts[0].startswith("bot") or not TOKEN.fullmatch(token):
            return _refusal(TelegramRefusal(404, "Not Found"))
        bot = self.world.bots.get(token)
        if bot is None or bot.revoked:
            return _refusal(TelegramRefusal(401, "Unauthorized"))
        method, params = parts[1].lower(), await _params(call)
        return await self.faults.around(
            bot.key, method, lambda: self._carry_out(bot, method, params)
        )

    async def _carry_out(self, bot: TgBot, method: str, params: Mapping[str, Any]) -> Answer:
        try:
            result, description = await self._result(bot, method, params)
        except TelegramRefusal as refusal:
            return _refusal(refusal)
        except (TypeError, ValueError) as error:
            return _refusal(TelegramRefusal(400, f"Bad Request: {error}"))
        answer = {"ok": True, "result": result}
        return answer_json(200, {**answer, "description": description} if description else answer)

    async def _result(self, bot: TgBot, method: str, params: Mapping[str, Any]) -> tuple[Any, str]:
        updates = self.deliveries[bot.token]
        match method:
            case "setwebhook":
                self._check_pace(bot)
                return hooks.set_webhook(bot, updates, params)
            case "deletewebhook":
                return hooks.delete_webhook(bot, updates, params)
            case "getwebhookinfo":
                return hooks.webhook_info(bot, updates), ""
            case "getupdates":
                return await hooks.get_updates(bot, updates, params, self._poller), ""
            case _ if method in METHODS:
                at = Context(self.world, bot, self.clock(), self.speed)
                return METHODS[method](at, params), ""
        raise TelegramRefusal(404, "Not Found: method not found")

    async def _execute(self, bot: TgBot, method: str, params: dict[str, Any]) -> None:
        await self._carry_out(bot, method.lower(), params)

    def _taken(self, bot: TgBot, kind: str, content: dict[str, Any]) -> None:
        if kind != "message":
            return
        client = str(content["chat"]["id"])
        bubble = self.transcripts.find(bot.key, client, str(content["message_id"]))
        if bubble is not None:
            bubble.delivery = "read"
            self.transcripts.changed(bot.key, client)

    def _check_pace(self, bot: TgBot) -> None:
        now = kit_clock.monotonic()
        if self.strict and now - self._registered_at.get(bot.key, -10.0) < 1.0:
            raise TelegramRefusal(429, "Too Many Requests: retry after 1", 1)
        self._registered_at[bot.key] = now

    def _download(self, token: str, path: str) -> Answer:
        bot = self.world.bots.get(token)
        files: Sequence[Any] = tuple(bot.files.values()) if bot else ()
        found = next((f for f in files if f.path == path), None)
        if found is None:
            return _refusal(TelegramRefusal(404, "Not Found"))
        return Answer(200, found.data, "application/octet-stream")


def _refusal(refusal: TelegramRefusal) -> Answer:
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
    return answer_json(refusal.code, refusal.body(), headers)


async def _params(call: Call) -> dict[str, Any]:
    params: dict[str, Any] = dict(call.query)
    kind = call.headers.get("content-type", "")
    if kind.startswith("application/json"):
        body = call.json()
        params |= body if isinstance(body, dict) else {}
    elif kind.startswith("application/x-www-form-urlencoded"):
        params |= parse_qsl(call.body.decode(errors="replace"), keep_blank_values=True)
    elif kind.startswith("multipart/form-data"):
        params |= await _multipart(call)
    return params


async def _multipart(call: Call) -> dict[str, Any]:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": call.body, "more_body": False}

    headers = [(k.encode(), v.encode()) for k, v in call.headers.items()]
    scope = {"type": "http", "method": "POST", "headers": headers}
    async with Request(scope, receive).form() as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}
