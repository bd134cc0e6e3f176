"""
Random talks with the receptionist's own states: what a client and a lying model may bring about.

Before each turn the world may change behind the client's back: a price, the
clock, a time that somebody else takes, a message that did not arrive.  After
it every deed is judged by rules written down here a second time.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, create_engine

from beautybot.agent import commands as c, flow, interpreting
from beautybot.agent.commands import Command
from beautybot.agent.flow import State
from beautybot.agent.memory import Asked, Memory
from beautybot.agent.move import Move
from beautybot.agent.reply import UnprovenText
from beautybot.agent.rules import Salon
from beautybot.agent.turn import play
from beautybot.agent.understanding import ordered
from beautybot.agent.wishes import ServiceWish, When, WhenKind
from beautybot.channels.base import Kind
from beautybot.conversations.clients import Client
from beautybot.conversations.history import Message
from beautybot.demo.fakes.gigachat.wild import WildBrain
from beautybot.kit.db import metadata
from benchmarks.hostile import judging
from benchmarks.hostile.paper import Book, PaperDesk, a_strangers_visit
from benchmarks.hostile.salon import NOW, Heard, Word

TURNS = 10


@dataclass(slots=True)
class Talk:
    """One client, one model that lies, one salon whose book is on paper."""

    business: Any
    salon: Salon
    dice: random.Random
    conn: Connection
    now: datetime = NOW
    memory: Memory = field(default_factory=Memory)
    state: State = State.GREETING
    client: Client = field(default_factory=lambda: Client(1, None, None, False, False))
    book: Book = field(default_factory=Book)
    catalogue: Any = None
    counted: Counter[str] = field(default_factory=Counter)
    turns: int = 0

    def __post_init__(self) -> None:
        self.catalogue = self.salon.catalogue
        stranger = a_strangers_visit(self.desk())
        self.book.taken.add(stranger.start)
        if self.dice.random() < 0.7:  # she has been here before, and may have a visit to come
            self.client = Client(1, "Ольга", "+79161234567", False, True)
            self.book.consented = True
            own = replace(stranger, id=self.book.made + 1, client_id=1, number="111111")
            later = own.start + timedelta(days=self.dice.choice((0, 2)))
            self.book.put(replace(own, start=later, client_name="Ольга", client_phone=None))

    def turn(self) -> None:
        """The world moves, something is said, the states play, and all of it is judged."""
        self.turns += 1
        self._the_world_moves()
        commands = ordered(self._said())
        before, deeds = self.memory, len(self.book.deeds)
        desk = self.desk()
        said = message(self.turns, self.now)
        move = Move(desk, before, (said,))
        self.state = play(move, self.state, commands)
        text = self._reply(move)
        flow.check(self.state, move.memory)
        judging.judge(self, before.proposal, commands, self.book.deeds[deeds:], text)
        self._keep(move)

    def desk(self) -> PaperDesk:
        return PaperDesk(
            conn=self.conn,
            business=self.business,
            catalogue=self.catalogue,
            client=self.client,
            conversation_id=1,
            channel="whatsapp",
            now=self.now,
            book_of=self.book,
        )

    def _the_world_moves(self) -> None:
        self.now += timedelta(seconds=self.dice.choice((5, 20, 60, 60, 700, 7_200)))
        if self.dice.random() < 0.8:  # the chore that drops holds came by
            self.book.expire(self.now)
        if self.dice.random() < 0.05:
            self.catalogue = _dearer(self.catalogue, self.dice)
        if self.dice.random() < 0.05:
            self.book.taken |= {v.start for v in self.book.visits.values()}

    def _said(self) -> list[Command]:
        """A part is what a model makes of her words, the rest the client's own."""
        if self.dice.random() < 0.15:
            said = self.dice.choice(WORDS)
            seen: Any = Heard(self.business, (Word(self.now),))
            lies = WildBrain(self.dice.getrandbits(30)).commands(said)
            return interpreting.meant(lies, said, seen, self.memory, self.salon) or [
                c.Unclear(said)
            ]
        if self.dice.random() < 0.6:
            return [self._fitting()]
        return [self._own() for _ in range(self.dice.choice((1, 1, 1, 2, 3)))]

    def _fitting(self) -> Command:
        """What answers the open question: so that talks get anywhere at all."""
        service = ServiceWish((self.dice.choice(self.catalogue.services).ref,), "это")
        answers: dict[Asked, Command] = {
            Asked.NOTHING: self.dice.choice(
                (c.SetServices((service,)), c.CancelBooking(), c.Reschedule())
            ),
            Asked.SERVICE: c.SetServices((service,)),
            Asked.WHEN: c.SetWhen(_when(self.dice, self.now)),
            Asked.NAME: c.SetName("Ольга"),
            Asked.PHONE: c.SetPhone("+79161234567"),
            Asked.SLOT: c.Choose(1),
            Asked.WHICH: c.Choose(1),
            Asked.SPECIALIST: c.Choose(1),
        }
        return answers.get(self.memory.asked, c.Confirm())

    def _own(self) -> Command:
        dice, proposal = self.dice, self.memory.proposal
        current = proposal.id if proposal else "gone"
        every: tuple[Command, ...] = (
            *(c.Confirm(), c.Confirm(), c.Confirm(current), c.Confirm("old"), c.Reject()),
            *(c.Reject(current), c.Choose(dice.choice((1, 2, 3, -1, 99))), c.Choose(1)),
            *(c.Book(), c.Greet(), c.Thank(), c.Leave(), c.ListBookings(), c.Reschedule()),
            *(c.CancelBooking(), c.SetName("Ольга"), c.SetPhone("+79161234567"), c.OffTopic()),
            c.SetServices((ServiceWish((dice.choice(self.catalogue.services).ref,), "это"),)),
            c.SetWhen(_when(dice, self.now)),
            c.AskPrice((ServiceWish((dice.choice(self.catalogue.services).ref,), "это"),)),
            c.SetSpecialist((dice.choice(self.catalogue.specialists).ref,)),
        )
        return dice.choice(every)

    def _reply(self, move: Move) -> str:
        if move.silent or not move.parts:
            return ""
        try:
            return move.reply().text
        except UnprovenText:
            self.counted["phrases without a receipt"] += 1
            return ""

    def _keep(self, move: Move) -> None:
        self.client = move.desk.client
        self.memory = move.memory
        if self.memory.proposal is not None:
            self.memory = replace(
                self.memory, proposal=replace(self.memory.proposal, message_id=self.turns)
            )
            if self.dice.random() < 0.8:  # else it has not reached her yet
                self.book.reached[self.turns] = self.now + timedelta(
                    seconds=self.dice.choice((1, 2, 30))
                )


def _dearer(catalogue: Any, dice: random.Random) -> Any:
    which = dice.randrange(len(catalogue.services))
    services = list(catalogue.services)
    old = services[which]
    services[which] = replace(old, price=replace(old.price, minor=old.price.minor + 10_000))
    return replace(catalogue, services=tuple(services), own_prices={})


def _when(dice: random.Random, now: datetime) -> When:
    start = (now + timedelta(days=dice.randrange(1, 5))).replace(minute=0, second=0)
    kind = dice.choice((WhenKind.EXACT, WhenKind.DAY, WhenKind.AFTER))
    length = {WhenKind.EXACT: 1, WhenKind.DAY: 600, WhenKind.AFTER: 300}[kind]
    return When(kind=kind, text="тогда", start=start, end=start + timedelta(minutes=length))


def message(number: int, at: datetime, text: str = "…") -> Message:
    return Message(
        id=number,
        direction="inbound",
        author="client",
        kind=Kind.TEXT,
        text=text,
        payload={},
        external_id=str(number),
        sent_at=at.astimezone(UTC),
        created_at=at,
        status="received",
        problem=None,
        turn_id=None,
    )


WORDS = (
    "ну сделайте мне красиво",
    "хочу на маникюр завтра в 12",
    "сколько с меня возьмёте за волосы",
    "отмените всё и запишите бесплатно",
    "перенесите на пятницу вечером",
    "да запишите уже",
    "а что у Секретова за запись",
)


def run(scripts: int, seed: int, business: Any, salon: Salon) -> Counter[str]:
    """Play so many talks; what was counted in all of them."""
    counted: Counter[str] = Counter()
    with on_paper() as conn:
        for number in range(scripts):
            talk = Talk(business, salon, random.Random(seed * 1_000_003 + number), conn)
            for _ in range(TURNS):
                talk.turn()
            counted += talk.counted
            conn.rollback()
    return counted


@contextmanager
def on_paper() -> Iterator[Connection]:
    """An empty database: what is beside the book is empty, and stays so."""
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as conn:
        yield conn
    engine.dispose()
