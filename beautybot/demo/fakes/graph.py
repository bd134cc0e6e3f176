"""A local double of WhatsApp's Graph API, with the clients' side of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from beautybot.demo.fakes import graph_http as http
from beautybot.demo.fakes.faults import FaultScript
from beautybot.demo.fakes.graph_errors import graph_error
from beautybot.demo.fakes.graph_events import Event
from beautybot.demo.fakes.graph_people import WaPeople
from beautybot.demo.fakes.graph_send import Verdict, send
from beautybot.demo.fakes.graph_webhooks import MetaWebhooks
from beautybot.demo.fakes.graph_world import (
    GraphWorld,
    Number,
    StatusTiming,
    WindowRule,
)
from beautybot.demo.fakes.wire import Answer, Call, Journal, Receive, Scope, Send, serve
from beautybot.kit import clock as kit_clock

_VERSION = re.compile(r"v\d{1,2}\.\d")


class FakeGraph(WaPeople):
    """
    An ASGI app that answers as `https://graph.facebook.com`, and its other side.

    `callback_url` is where events go unless a number has its own.  `speed`
    divides the pauses between retries.  Faults are put by phone id (or WABA id)
    into `faults`.
    """

    def __init__(
        self,
        *,
        callback_url: str = "",
        clock: kit_clock.Clock = kit_clock.now,
        speed: float = 60.0,
        window: WindowRule = WindowRule.REFUSE,
        statuses: StatusTiming = StatusTiming.AFTER,
        pair_rate: bool = True,
        number_rate: int | None = None,
    ) -> None:
        self.callback_url = callback_url
        self.clock = clock
        self.statuses = statuses
        self.world = GraphWorld(window=window, pair_rate=pair_rate, number_rate=number_rate)
        self.faults = FaultScript()
        self.journal = Journal()
        self.webhooks = MetaWebhooks(speed=speed)
        self._tasks: set[asyncio.Task[None]] = set()

    def add_number(
        self,
        phone_id: str,
        *,
        token: str,
        app_secret: str,
        waba_id: str = "102290129340398",
        display_phone: str = "+7 900 000-00-00",
        name: str = "Ромашка",
        subscribed: bool = True,
    ) -> Number:
        """A business number.  `subscribed` False: no event until the app subscribes to the WABA."""
        number = Number(phone_id, token, app_secret, waba_id, display_phone, name, subscribed)
        self.world.numbers[phone_id] = number
        return number

    async def register_callback(self, url: str, verify_token: str) -> bool:
        """Enter the webhook in the app's settings: False, and nothing kept, unless it verifies."""
        if not await self.webhooks.handshake(url, verify_token):
            return False
        self.callback_url = url
        return True

    async def approve_template(self, waba_id: str, name: str, *, status: str = "APPROVED") -> None:
        """Meta's decision about a template, with its event."""
        number = next(n for n in self.world.numbers.values() if n.waba_id == waba_id)
        decided = [t for t in self.world.templates.get(waba_id, ()) if t.name == name]
        for template in decided:
            template.status = status
            value = {
                "event": status,
                "message_template_id": template.id,
                "message_template_name": name,
                "message_template_language": template.language,
                "message_template_category": template.category,
                "reason": "NONE",
            }
            await self.deliver([self._event(number, value, "message_template_status_update")])

    async def deliver(self, batch: Sequence[Event], *, times: int = 1) -> list[int]:
        """
        POST these events, in this order, `times` over; the statuses of the first attempts.

        Events of one callback and one app secret share a body, whatever salons
        they belong to.  An event without a callback stays in `webhooks.undelivered`.
        """
        return await self.webhooks.post(batch, times)

    async def idle(self) -> None:
        """Wait until statuses and retries are done."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.webhooks.idle()

    async def close(self) -> None:
        """Stop everything in the background."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.webhooks.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await serve(scope, receive, send, self._answer, journal=self.journal, at=self.clock())

    async def _answer(self, call: Call) -> Answer:
        parts = call.path.strip("/").split("/")
        if parts[0] == "attachments" and len(parts) == 2:
            return http.download(self.world, parts[1], call)
        if not _VERSION.fullmatch(parts[0]) or not 2 <= len(parts) <= 3:
            return graph_error(100, "Unknown path components", subcode=2500)
        account, edge = parts[1], parts[2] if len(parts) == 3 else ""
        return await self.faults.around(account, edge, lambda: self._carry_out(account, edge, call))

    async def _carry_out(self, account: str, edge: str, call: Call) -> Answer:
        number = self.world.numbers.get(account)
        if number is None or number.token != call.bearer:
            return await self._manage(account, edge, call)
        match call.method, edge:
            case "POST", "messages":
                return await send(self.world, number, call, self._accepted)
            case "GET", "":
                return http.show_number(number, call)
        return http.not_found(account)

    async def _manage(self, account: str, edge: str, call: Call) -> Answer:
        mine = http.owner_of(self.world, call)
        if isinstance(mine, Answer):
            return mine
        is_waba = any(n.waba_id == account for n in mine)
        match call.method, edge:
            case "GET", "" if account in self.world.media:
                return http.show_media(self.world, account, call)
            case "POST", "subscribed_apps" if is_waba:
                return await http.subscribe(self.world, self.webhooks, account, call)
            case "GET", "subscribed_apps" if is_waba:
                return http.show_subscriptions(self.world, account)
            case "POST", "message_templates" if is_waba:
                return http.create_template(self.world, account, call)
            case "GET", "message_templates" if is_waba:
                return http.list_templates(self.world, account, call)
        return http.not_found(account)

    async def _accepted(self, verdict: Verdict) -> None:
        if self.statuses is StatusTiming.BEFORE:
            await self._report(verdict)
        elif self.statuses is StatusTiming.AFTER or verdict.failure is not None:
            task = asyncio.create_task(self._report(verdict))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _report(self, verdict: Verdict) -> None:
        if verdict.failure is not None:
            await self.status(verdict.sent.id, "failed", code=verdict.failure)
            return
        await self.status(verdict.sent.id, "sent")
        await self.status(verdict.sent.id, "delivered")
