"""What happens on the clients' side of WhatsApp, and the events that tell of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace

from beautybot.demo.fakes import graph_events as events
from beautybot.demo.fakes.graph_errors import status_error
from beautybot.demo.fakes.graph_events import Content, Event, WaClient
from beautybot.demo.fakes.graph_world import GraphWorld, Media, Number, Sent
from beautybot.demo.fakes.transcript import Bubble, Style, Transcripts
from beautybot.kit import clock as kit_clock


class WaPeople(ABC):
    """
    The acts of clients towards a business number, named by its phone id.

    A client is a `WaClient`, or just a phone without the plus.  An act returns
    after the first attempt to deliver its event; retries go on by themselves.
    """

    callback_url: str
    clock: kit_clock.Clock
    world: GraphWorld

    @abstractmethod
    async def deliver(self, batch: Sequence[Event], *, times: int = 1) -> list[int]:
        """POST these events."""

    @property
    def transcripts(self) -> Transcripts:
        """The clients' screens, by (phone id, client's phone or business-scoped id)."""
        return self.world.transcripts

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
        shown = reversed(self.transcripts.ours(phone_id, self.world.key_of(person)))
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
        media_id = self.world.next_number()
        self.world.media[media_id] = Media(data, mime_type)
        said = events.sent_media(kind, media_id, data, mime_type, caption=caption)
        return await self.client_says(phone_id, client, said)

    async def client_reads(self, phone_id: str, client: WaClient | str) -> None:
        """A client opens the chat: `read` for every message of ours that was delivered."""
        person = self._person(client)
        for bubble in self.transcripts.ours(phone_id, self.world.key_of(person)):
            if bubble.delivery == "delivered":
                await self.status(bubble.id, "read")

    def event(self, phone_id: str, client: WaClient | str, what: Content | str) -> Event:
        """
        The event of a client's message, not delivered yet; give several to `deliver`.

        It already stands on the client's screen and opens the 24-hour window.
        """
        number, person = self.world.numbers[phone_id], self._person(client)
        content = events.said_text(what) if isinstance(what, str) else what
        now, key = self.clock(), self.world.key_of(person)
        message_id = self.world.next_id("wamid.HBgLNzkwMDAwMDAwMDAVAgASGBQz")
        message = events.message_of(person, message_id, int(now.timestamp()), content)
        if "context" in message:
            message["context"] = {"from": number.display_phone, **message["context"]}
        value = {**self._head(number), "messages": [message]}
        if content["type"] != "system":
            value["contacts"] = [events.contact_of(person)]
        self.world.received[message_id] = (phone_id, key)
        self.world.last_inbound[phone_id, key] = now
        bubble = Bubble(
            message_id, False, events.words_of(content), now, kind=content["type"], raw=message
        )
        self.transcripts.add(phone_id, key, bubble)
        return self._event(number, value)

    def raw_event(self, phone_id: str, field: str, **value: object) -> Event:
        """Any other event of a number: `field` and what its value has beside the metadata."""
        number = self.world.numbers[phone_id]
        return self._event(number, {**self._head(number), **value}, field)

    async def owner_answers(self, phone_id: str, client: WaClient | str, text: str) -> None:
        """The salon answers from its own phone: an echo comes, and the client sees the words."""
        person, now = self._person(client), self.clock()
        message_id = self.world.next_id("wamid.HBgLNzkwMDAwMDAwMDAVAgARGBJF")
        echo = events.echo_of(person, message_id, int(now.timestamp()), text)
        bubble = Bubble(message_id, True, text, now, delivery="delivered", raw=echo)
        self.transcripts.add(phone_id, self.world.key_of(person), bubble)
        field = "smb_message_echoes"
        await self.deliver([self.raw_event(phone_id, field, message_echoes=[echo])])

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
        key = self.world.key_of(sent.client)
        bubble = self.transcripts.find(sent.phone_id, key, sent.id)
        if bubble is not None:
            bubble.delivery = status
            self.transcripts.changed(sent.phone_id, key)
        return self._event(number, value)

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
