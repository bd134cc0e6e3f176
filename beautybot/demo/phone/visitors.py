"""Whoever plays the client: one person on both messengers, another one at a click."""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass, field

from beautybot.demo.fakes.graph_events import WaClient
from beautybot.demo.fakes.telegram_world import TgUser

_NAMES = ("Ольга", "Мария", "Екатерина", "Дарья", "Алина", "Полина", "Ксения", "Юлия", "Наталья")
_FIRST_USER = 5_100_000_000
_LIMIT = 200


@dataclass(slots=True)
class Visitor:
    """One made-up client; `channel` is the messenger on the screen."""

    name: str
    phone: str
    whatsapp: WaClient
    telegram: TgUser
    channel: str = "whatsapp"


@dataclass(slots=True)
class Visitors:
    """
    The clients of all browsers, by cookie; the oldest leave when there are too many.

    Their numbers begin at random, so that a kept database does not take a new
    client for one of the last run.
    """

    _by_cookie: dict[str, Visitor] = field(default_factory=dict)
    _count: int = field(default_factory=lambda: random.randrange(10**6, 9 * 10**6))

    def get(self, cookie: str | None) -> Visitor | None:
        """The client of this browser."""
        return self._by_cookie.get(cookie or "")

    def invite(self) -> tuple[str, Visitor]:
        """A new client and the cookie that means them."""
        self._count += 1
        name = _NAMES[self._count % len(_NAMES)]
        digits = f"7900{self._count:07d}"
        phone = f"+7 900 {digits[4:7]}-{digits[7:9]}-{digits[9:]}"
        person = TgUser(_FIRST_USER + self._count, name, phone=f"+{digits}")
        visitor = Visitor(name, phone, WaClient(digits, name), person)
        cookie = secrets.token_urlsafe(18)
        self._by_cookie[cookie] = visitor
        while len(self._by_cookie) > _LIMIT:
            del self._by_cookie[next(iter(self._by_cookie))]
        return cookie, visitor
