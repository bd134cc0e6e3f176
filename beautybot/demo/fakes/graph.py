"""A local double of WhatsApp's Graph API, with the clients' side of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace

from beautybot.demo.fakes import graph_events as events, graph_http as http
from beautybot.demo.fakes.faults import FaultScript
from beautybot.demo.fakes.graph_errors import graph_error, status_error
from beautybot.demo.fakes.graph_events import Content, Event, WaClient
from beautybot.demo.fakes.graph_send import Verdict, send
from beautybot.demo.fakes.graph_webhooks import MetaWebhooks
from beautybot.demo.fakes.graph_world import (
    GraphWorld,
    Media,
    Number,
    Sent,
    StatusTiming,
    WindowRule,
)
from beautybot.demo.fakes.transcript import Bubble, Style, Transcripts
from beautybot.demo.fakes.wire import Answer, Call, Journal, Receive, Scope, Send, serve
from beautybot.kit import clock as kit_clock

_VERSION = re.compile(r"v\d{1,2}\.\d")


class FakeGraph:
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

    @property
    def transcripts(self) -> Transcripts:
        """The clients' screens, by (phone id, client's phone or business-scoped id)."""
        return self.world.transcripts

    # --- the salon's side -------------------------------------------------------------------

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

    # --- the client's side ------------------------------------------------------------------

    async def client_says(self, phone_id: str, client: WaClient | str, what: Content | str) -> str:
        """
        A client writes: text, or one of graph_events' contents.  The message's id.

        Returns after the first attempt to deliver; retries go on by themselves.
        """
        event = self.event(phone_id, client, what)
        statuses = await self.deliver([event])
        message_id: str = event.value["messages"][0]["id"]
        self.world.mark(message_id, "delivered" if statuses == [200] else "sent")
        return message_id

    async def client_presses(
        self, phone_id: str, client: WaClient | str, choice_id: str, *, message_id: str = ""
    ) -> str:
        """A client taps a choice we really sent (the latest with it); LookupError if none was."""
        person = self._person(client)
        shown = reversed(self.transcripts.ours(phone_id, person.key))
        for bubble in shown:
            choice = next((c for c in bubble.choices if c.id == choice_id), None)
            if choice is None or message_id not in ("", bubble.id):
                continue
            if bubble.style is Style.CONTACT:
                phone = "+" + (person.wa_id or "79990000000")
                said = events.sent_contact(phone, person.name or "Клиент", own=True)
            elif bubble.style is Style.LIST:
                said = events.chose_row(
                    choice.id, choice.title, choice.description, message_id=bubble.id
                )
            else:
                said = events.pressed_button(choice.id, choice.title, message_id=bubble.id)
            return await self.client_says(phone_id, person, said)
        raise LookupError(f"no message of ours offers {choice_id!r}")

    async def client_sends_media(
        self,
        phone_id: str,
        client: WaClient | str,
        kind: str,
        data: bytes,
        mime_type: str,
        *,
        caption: str = "",
    ) -> str:
        """A client sends a photo, a voice message (`kind` "voice"), a document…"""
        media_id = self.world.next_id("6546345")
        self.world.media[media_id] = Media(data, mime_type)
        said = events.sent_media(kind, media_id, data, mime_type, caption=caption)
        return await self.client_says(phone_id, client, said)

    async def client_reads(self, phone_id: str, client: WaClient | str) -> None:
        """A client opens the chat: `read` for every message of ours that was delivered."""
        person = self._person(client)
        for bubble in self.transcripts.ours(phone_id, person.key):
            if bubble.delivery == "delivered":
                await self.status(bubble.id, "read")

    def event(self, phone_id: str, client: WaClient | str, what: Content | str) -> Event:
        """
        The event of a client's message, not delivered yet; give several to `deliver`.

        It already stands on the client's screen and opens the 24-hour window.
        """
        number, person = self.world.numbers[phone_id], self._person(client)
        content = events.said_text(what) if isinstance(what, str) else what
        now = self.clock()
        message_id = self.world.next_id("wamid.HBgLNzkwMDAwMDAwMDAVAgASGBQz")
        message = events.message_of(person, message_id, int(now.timestamp()), content)
        if "context" in message:
            message["context"] = {"from": number.display_phone, **message["context"]}
        value = {**self._head(number), "messages": [message]}
        if content["type"] != "system":
            value["contacts"] = [events.contact_of(person)]
        self.world.received[message_id] = (phone_id, person.key)
        self.world.last_inbound[phone_id, person.key] = now
        bubble = Bubble(
            message_id, False, events.words_of(content), now, kind=content["type"], raw=message
        )
        self.transcripts.add(phone_id, person.key, bubble)
        return self._event(number, value)

    # --- delivery ---------------------------------------------------------------------------

    async def deliver(self, batch: Sequence[Event], *, times: int = 1) -> list[int]:
        """
        POST these events, in this order, `times` over; the statuses of the first attempts.

        Events of one callback and one app secret share a body, whatever salons
        they belong to.  An event without a callback stays in `webhooks.undelivered`.
        """
        return await self.webhooks.post(batch, times)

    async def status(self, message_id: str, status: str, *, code: int | None = None) -> None:
        """Send one status of a message of ours; `code` is the error of a failed one."""
        sent = self.world.sent[message_id]
        await self.deliver([self.status_event(sent, status, code=code)])

    def status_event(self, sent: Sent, status: str, *, code: int | None = None) -> Event:
        """The event of one status; a failed one comes without `contacts`, as Meta's does."""
        number = self.world.numbers[sent.phone_id]
        entry = events.status_of(
            sent.client,
            sent.id,
            status,
            int(self.clock().timestamp()),
            reference=sent.reference,
            errors=[status_error(code)] if code is not None else (),
        )
        value = {**self._head(number), "statuses": [entry]}
        if status != "failed":
            value["contacts"] = [events.contact_of(sent.client)]
        bubble = self.transcripts.find(sent.phone_id, sent.client.key, sent.id)
        if bubble is not None:
            bubble.delivery = status
            self.transcripts.changed(sent.phone_id, sent.client.key)
        return self._event(number, value)

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

    # --- HTTP -------------------------------------------------------------------------------

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

    def _event(self, number: Number, value: events.Content, field: str = "messages") -> Event:
        url = (number.callback_url or self.callback_url) if number.subscribed else ""
        return Event(number.waba_id, field, value, number.app_secret, url)

    def _head(self, number: Number) -> dict[str, object]:
        digits = "".join(c for c in number.display_phone if c.isdigit())
        metadata = {"display_phone_number": digits, "phone_number_id": number.phone_id}
        return {"messaging_product": "whatsapp", "metadata": metadata}

    def _person(self, client: WaClient | str) -> WaClient:
        if isinstance(client, str):
            known = self.world.client_of(client)
            client = known if known.name else replace(known, name="Ольга")
        self.world.remember(client)
        return client
