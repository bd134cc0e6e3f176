"""What stands on a client's screen, in one shape for every messenger."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Style(StrEnum):
    """How the choices of a message look."""

    NONE = "none"
    BUTTONS = "buttons"  # WhatsApp reply buttons
    LIST = "list"  # a WhatsApp list behind one button
    INLINE = "inline"  # Telegram buttons under the message
    KEYBOARD = "keyboard"  # Telegram buttons in place of the keyboard
    CONTACT = "contact"  # one button that shares the phone


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to press; `row` counts lines of a keyboard from zero."""

    id: str
    title: str
    description: str = ""
    row: int = 0
    url: str = ""


@dataclass(slots=True)
class Bubble:
    """
    One message on the screen.

    `ours` True: the salon's.  `delivery` is how far it got: sent, delivered,
    read, failed; empty where the messenger does not say.
    """

    id: str
    ours: bool
    text: str
    at: datetime
    style: Style = Style.NONE
    choices: tuple[Choice, ...] = ()
    list_button: str = ""
    delivery: str = ""
    kind: str = "text"
    raw: Any = None


@dataclass(slots=True)
class Transcripts:
    """
    The screens of all clients, by (account, client).

    A listener's queue gets the key of every screen that has changed.
    """

    _screens: dict[tuple[str, str], list[Bubble]] = field(default_factory=lambda: defaultdict(list))
    _typing: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _listeners: set[asyncio.Queue[tuple[str, str]]] = field(default_factory=set)

    def of(self, account: str, client: str) -> list[Bubble]:
        """One screen, oldest first; a copy."""
        return list(self._screens.get((account, client), ()))

    def ours(self, account: str, client: str) -> list[Bubble]:
        """What the salon said on one screen."""
        return [b for b in self.of(account, client) if b.ours]

    def clients(self, account: str) -> list[str]:
        """Everybody who has a screen with this account."""
        return [client for owner, client in self._screens if owner == account]

    def find(self, account: str, client: str, bubble_id: str) -> Bubble | None:
        """One message by its id."""
        screen = self._screens.get((account, client), ())
        return next((b for b in reversed(screen) if b.id == bubble_id), None)

    def add(self, account: str, client: str, bubble: Bubble) -> None:
        """Show one more message; ours ends the typing sign."""
        key = (account, client)
        self._screens[key].append(bubble)
        if bubble.ours:
            self._typing.pop(key, None)
        self.changed(account, client)

    def remove(self, account: str, client: str, bubble_id: str) -> None:
        """Take one message off the screen."""
        key = (account, client)
        self._screens[key] = [b for b in self._screens[key] if b.id != bubble_id]
        self.changed(account, client)

    def typing(self, account: str, client: str, until: datetime) -> None:
        """Show the typing sign until then."""
        self._typing[account, client] = until
        self.changed(account, client)

    def is_typing(self, account: str, client: str, now: datetime) -> bool:
        """Is the typing sign on?"""
        until = self._typing.get((account, client))
        return until is not None and now < until

    def changed(self, account: str, client: str) -> None:
        """Tell the listeners."""
        for queue in self._listeners:
            queue.put_nowait((account, client))

    @contextmanager
    def listening(
        self, queue: asyncio.Queue[tuple[str, str]] | None = None
    ) -> Iterator[asyncio.Queue[tuple[str, str]]]:
        """A queue of changed screens, yours or a new one, for as long as the block lasts."""
        queue = asyncio.Queue() if queue is None else queue
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    async def answer(
        self, account: str, client: str, *, seen: int, timeout_s: float = 5.0
    ) -> Bubble:
        """The salon's message after the first `seen` ones; TimeoutError if none comes."""
        async with asyncio.timeout(timeout_s):
            with self.listening() as changes:
                while len(ours := self.ours(account, client)) <= seen:
                    await changes.get()
        return ours[seen]
