"""What Meta's side knows: numbers, clients, open windows, templates, media, sent messages."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from beautybot.demo.fakes.graph_events import WaClient
from beautybot.demo.fakes.transcript import Transcripts

WINDOW = timedelta(hours=24)
PAIR_INTERVAL_S = 6.0
PAIR_BURST = 45


class WindowRule(StrEnum):
    """What happens to free-form text outside the 24-hour window (131047)."""

    REFUSE = "refuse"  # the send itself is answered so
    FAIL_LATER = "fail_later"  # accepted, then a failed status
    OFF = "off"


class StatusTiming(StrEnum):
    """When delivery statuses are sent."""

    AFTER = "after"
    BEFORE = "before"  # they overtake the response of the send
    NEVER = "never"


@dataclass(slots=True)
class Number:
    """One business number; `callback_url` wins over the double's own default."""

    phone_id: str
    token: str
    app_secret: str
    waba_id: str
    display_phone: str
    name: str
    subscribed: bool = True
    callback_url: str = ""
    can_send: str = "AVAILABLE"
    possible_solution: str = ""


@dataclass(slots=True)
class WaTemplate:
    """One message template of a WABA."""

    id: str
    name: str
    language: str
    category: str
    body: str
    status: str = "PENDING"

    @property
    def holes(self) -> int:
        """How many values its body takes."""
        return len(set(re.findall(r"\{\{\s*(\w+)\s*\}\}", self.body)))


@dataclass(frozen=True, slots=True)
class Media:
    """Bytes that a client sent."""

    data: bytes
    mime_type: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One accepted message of a salon."""

    id: str
    phone_id: str
    client: WaClient
    reference: str | None
    at: datetime


@dataclass(slots=True)
class GraphWorld:
    """The state behind the Graph double."""

    window: WindowRule = WindowRule.REFUSE
    pair_rate: bool = True
    number_rate: int | None = None  # messages a second for one number, 130429 above
    numbers: dict[str, Number] = field(default_factory=dict)
    clients: dict[str, WaClient] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)  # any address → the person's screen
    templates: dict[str, list[WaTemplate]] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    media_links: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    sent: dict[str, Sent] = field(default_factory=dict)
    received: dict[str, tuple[str, str]] = field(default_factory=dict)  # id → phone id, client
    unreachable: dict[str, int] = field(default_factory=dict)  # client's key → code of the failure
    last_inbound: dict[tuple[str, str], datetime] = field(default_factory=dict)
    transcripts: Transcripts = field(default_factory=Transcripts)
    _pairs: dict[tuple[str, str], float] = field(default_factory=dict)
    _seconds: dict[str, tuple[int, int]] = field(default_factory=dict)
    _counter: int = field(default_factory=lambda: random.getrandbits(40) << 24)

    def next_id(self, prefix: str) -> str:
        """A fresh id, also for a product that outlives this process."""
        self._counter += 1
        return f"{prefix}{self._counter:X}"

    def next_number(self) -> str:
        """A fresh id of digits alone, as media and templates have."""
        self._counter += 1
        return str(self._counter)

    def client_of(self, address: str) -> WaClient:
        """Whom this phone or business-scoped id belongs to; a stranger is made up."""
        known = self.clients.get(address)
        if known is None:
            is_phone = address.isdigit()
            known = WaClient(address, None) if is_phone else WaClient(None, None, address)
            self.remember(known)
        return known

    def remember(self, client: WaClient) -> None:
        """Know this person by every id they have; an id known before means the same person."""
        addresses = [a for a in (client.wa_id, client.user_id) if a]
        key = next((self.keys[a] for a in addresses if a in self.keys), client.key)
        for address in addresses:
            self.clients[address] = client
            self.keys[address] = key

    def key_of(self, client: WaClient) -> str:
        """Whose screen it is: the first id that the person was known by."""
        return self.keys.get(client.key, client.key)

    def mark(self, message_id: str, delivery: str) -> None:
        """How far a client's own message got; a read one stays read."""
        phone_id, client = self.received[message_id]
        bubble = self.transcripts.find(phone_id, client, message_id)
        if bubble is not None and bubble.delivery != "read":
            bubble.delivery = delivery
            self.transcripts.changed(phone_id, client)

    def window_open(self, phone_id: str, client: WaClient, now: datetime) -> bool:
        """May the salon write free-form text?"""
        last = self.last_inbound.get((phone_id, self.key_of(client)))
        return last is not None and now < last + WINDOW

    def over_pair_rate(self, phone_id: str, client: WaClient, now: datetime) -> bool:
        """One message per 6 s to one client, 45 borrowed from the future; counts this one."""
        if not self.pair_rate:
            return False
        key, present = (phone_id, self.key_of(client)), now.timestamp()
        due = max(self._pairs.get(key, present), present)
        if due - present > PAIR_INTERVAL_S * (PAIR_BURST - 1):
            return True
        self._pairs[key] = due + PAIR_INTERVAL_S
        return False

    def over_number_rate(self, phone_id: str, now: datetime) -> bool:
        """Too many messages of this number within the present second; counts this one."""
        if self.number_rate is None:
            return False
        second = int(now.timestamp())
        seen, count = self._seconds.get(phone_id, (second, 0))
        count = count + 1 if seen == second else 1
        self._seconds[phone_id] = (second, count)
        return count > self.number_rate

    def template(self, waba_id: str, name: str, language: str) -> WaTemplate | None:
        """A template by name and language."""
        known = self.templates.get(waba_id, ())
        return next((t for t in known if t.name == name and t.language == language), None)
