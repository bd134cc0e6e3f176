"""A move: what one turn says, asks and changes while the states play the commands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from beautybot.agent import saying
from beautybot.agent.desk import Desk
from beautybot.agent.memory import Asked, Draft, Memory, Offer, Option, new_token
from beautybot.agent.reply import Part, Reply, compose
from beautybot.channels.base import Button
from beautybot.conversations.envelope import Weight
from beautybot.conversations.history import Message


@dataclass(slots=True)
class Move:
    """
    One turn in the making.

    States add parts and change the memory; nothing is sent or stored until
    the turn commits.  `advance` says that the booking should ask its next
    question after everything else was said.
    """

    desk: Desk
    memory: Memory
    said: tuple[Message, ...]
    parts: list[Part] = field(default_factory=list)
    buttons: tuple[Button, ...] = ()
    ask_contact: bool = False
    weight: Weight = Weight.TALK
    advance: bool = False
    changed: bool = False  # something about the wanted visit was said in this turn
    contact_told: bool = False  # the client told a name or a phone in this turn
    silent: bool = False
    decided: list[str] = field(default_factory=list)

    @property
    def draft(self) -> Draft:
        """What is known of the wanted visit."""
        return self.memory.draft

    @property
    def today(self) -> date:
        """The day in the salon's zone."""
        return self.desk.now.astimezone(self.desk.business.zone).date()

    @property
    def heard_at(self) -> datetime:
        """When the client's last message left, by the channel's clock."""
        return self.said[-1].sent_at

    def say(self, key: str, **facts: str) -> None:
        """Add a phrase; a phrase said already is not said twice."""
        part = Part(key, facts)
        if part not in self.parts:
            self.parts.append(part)

    def ask(self, asked: Asked, key: str, **facts: str) -> None:
        """Add the one question that stays open after this turn."""
        self.say(key, **facts)
        self.memory = replace(self.memory, asked=asked)

    def plan(self, **changes: Any) -> None:
        """Change the draft."""
        self.memory = replace(self.memory, draft=replace(self.memory.draft, **changes))

    def remember(self, **changes: Any) -> None:
        """Change the memory."""
        self.memory = replace(self.memory, **changes)

    def offer(self, options: list[tuple[Option, str]], *more: Button) -> None:
        """Put numbered options before the client, as buttons too; `more` stand below them."""
        token = new_token()
        self.memory = replace(
            self.memory, offer=Offer(token, tuple(option for option, _ in options))
        )
        self.buttons = (
            *(Button(f"o:{token}:{n}", title) for n, (_, title) in enumerate(options, 1)),
            *more,
        )

    @property
    def interrupted(self) -> bool:
        """True when something else was answered and the open question only has to return."""
        return bool(self.parts) and not self.changed

    def decide(self, what: str) -> None:
        """Note a decision for the trace."""
        self.decided.append(what)

    def release_hold(self) -> None:
        """Give back the time we kept, because the wish changed."""
        if self.memory.held is not None:
            self.desk.release(self.memory.held)
            self.decide(f"released hold {self.memory.held}")
        self.memory = replace(self.memory, held=None, proposal=None)

    def moment(self, at: datetime) -> str:
        """A time as we say it to the client."""
        return saying.moment(at, self.desk.business.zone, self.today)

    def reply(self) -> Reply:
        """Everything said, in the salon's tone, checked."""
        return compose(
            self.parts,
            self.desk.business.tone,
            buttons=self.buttons,
            ask_contact=self.ask_contact,
            weight=self.weight,
        )
