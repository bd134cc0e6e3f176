"""
What must hold after every step, by looking at the database and the clients' screens alone.

Nothing here asks the code that is judged: overlaps are counted by joins, money
and clocks are looked for with a pattern of our own, and whose a message is
follows from the screen on which it stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from beautybot.booking.models import appointment_changes, appointments
from beautybot.conversations.models import conversations, inbound_events, messages, outbox, turns
from beautybot.demo.fakes.transcript import Bubble
from beautybot.proof.counting import judge
from beautybot.proof.simulated.people import Person

ZONE = ZoneInfo("Europe/Moscow")
_MONEY = re.compile(r"\d[\d \u00a0\u202f]*(?=\s?₽)")
_CLOCK = re.compile(r"\b\d{1,2}:\d\d\b")
_NUMBER = re.compile(r"[Нн]омер записи (\w+)|запись (\w*\d\w*)")
_VISIT = re.compile(r"Напоминаем о визите: .*?(\d\d)\.(\d\d) в (\d\d):(\d\d)")
OURS = ("agent", "system")


class Broken(AssertionError):
    """A law was broken; the text says which, and by what."""


@dataclass(slots=True)
class Laws:
    """The judge of one run; it remembers how far it has looked."""

    business_id: int
    people: Mapping[str, Person]
    phone_id: str
    _changes: int = 0
    _turns: int = 0
    _keys: int = 0
    _heard: Counter[int] = field(default_factory=Counter)
    _screens: dict[str, int] = field(default_factory=dict)
    _references: Counter[str] = field(default_factory=Counter)
    looks: int = 0

    def step(self, conn: Connection, acknowledged: set[str], doubts: int) -> None:
        """After each step; Broken names the first law that does not hold."""
        self.looks += 1
        for problem in (
            *self._kept(conn, acknowledged),
            *self._book(conn),
            *self._answers(conn),
            *self._said(conn, doubts),
        ):
            raise Broken(problem)

    def end(self, conn: Connection) -> None:
        """When all is quiet: nothing waits, everything was heard, every visit was confirmed."""
        for problem in (
            *self._waiting(conn),
            *self._unheard(conn),
            *self._unconfirmed(conn),
        ):
            raise Broken(problem)

    def quiet(self, conn: Connection) -> bool:
        """True when nothing waits any more."""
        return next(self._waiting(conn), None) is None

    # -- after each step ------------------------------------------------------------

    def _kept(self, conn: Connection, acknowledged: set[str]) -> Iterator[str]:
        if len(acknowledged) == self._keys:
            return
        self._keys = len(acknowledged)
        stored = set(conn.execute(select(inbound_events.c.key)).scalars())
        if lost := acknowledged - stored:
            yield f"{len(lost)} acknowledged deliveries are not in the database"

    def _book(self, conn: Connection) -> Iterator[str]:
        newest = self._newest(conn, appointment_changes)
        if newest == self._changes:
            return
        since, self._changes = self._changes, newest
        verdict = judge(conn, self.business_id)
        if verdict.overlaps:
            yield f"visits meet: {verdict}"
        yield from self._agreed(conn, since)

    def _agreed(self, conn: Connection, since: int) -> Iterator[str]:
        """Each visit made or moved by a client follows from their own yes, in that very turn."""
        made = conn.execute(
            select(appointment_changes, conversations.c.address, conversations.c.id.label("talk"))
            .join(appointments, appointments.c.id == appointment_changes.c.appointment_id)
            .join(conversations, conversations.c.client_id == appointments.c.client_id)
            .where(
                *(t.c.business_id == self.business_id for t in (appointment_changes, appointments)),
                conversations.c.business_id == self.business_id,
                appointment_changes.c.id > since,
                appointment_changes.c.kind.in_(("booked", "moved")),
                appointment_changes.c.by == "client",
            )
        ).all()
        for row in made:
            heard = self._heard_at(conn, row.talk, row.at)
            if not heard & self.people[row.address].agreed:
                yield f"visit {row.appointment_id} was {row.kind} though the client said no yes"

    def _heard_at(self, conn: Connection, talk: int, at: datetime) -> set[str]:
        trace = conn.execute(
            select(turns.c.trace).where(
                turns.c.business_id == self.business_id,
                turns.c.conversation_id == talk,
                turns.c.at == at,
            )
        ).scalar_one_or_none()
        if trace is None:
            return set()
        ids = conn.execute(
            select(messages.c.external_id).where(
                messages.c.business_id == self.business_id, messages.c.id.in_(trace["heard"])
            )
        )
        return set(ids.scalars())

    def _answers(self, conn: Connection) -> Iterator[str]:
        """No message of a client is answered by two turns."""
        fresh = conn.execute(
            select(turns.c.id, turns.c.trace)
            .where(turns.c.business_id == self.business_id, turns.c.id > self._turns)
            .order_by(turns.c.id)
        ).all()
        for row in fresh:
            self._turns = row.id
            self._heard.update(row.trace["heard"])
            if twice := [m for m in row.trace["heard"] if self._heard[m] > 1]:
                yield f"messages {twice} were answered by more than one turn"

    def _said(self, conn: Connection, doubts: int) -> Iterator[str]:
        for key, person in self.people.items():
            screen = person.graph.transcripts.ours(self.phone_id, key)
            for bubble in screen[self._screens.get(key, 0) :]:
                yield from self._bubble(conn, key, bubble)
            self._screens[key] = len(screen)
        doubled = sum(n - 1 for n in self._references.values())
        if doubled > doubts:
            yield f"{doubled} messages were sent twice, with only {doubts} doubtful sends"

    def _bubble(self, conn: Connection, key: str, bubble: Bubble) -> Iterator[str]:
        reference = str(bubble.raw["biz_opaque_callback_data"])
        self._references[reference] += 1
        row = conn.execute(
            select(messages, conversations.c.address, turns.c.trace)
            .join(conversations, conversations.c.id == messages.c.conversation_id)
            .outerjoin(
                turns,
                (turns.c.id == messages.c.turn_id) & (turns.c.business_id == self.business_id),
            )
            .where(
                messages.c.business_id == self.business_id,
                conversations.c.business_id == self.business_id,
                messages.c.id == int(reference),
            )
        ).one()
        if row.address != key:
            yield f"a message to {row.address} stands on the screen of {key}"
        yield from self._strange(conn, key, bubble)
        yield from _late(bubble)
        if row.trace is not None:
            yield from _unproven(bubble.text, " ".join(row.trace["facts"]))

    def _strange(self, conn: Connection, key: str, bubble: Bubble) -> Iterator[str]:
        """A number of a visit is only on the screen of whose it is."""
        for found in _NUMBER.finditer(bubble.text):
            owner = conn.execute(
                select(conversations.c.address)
                .join(appointments, appointments.c.client_id == conversations.c.client_id)
                .where(
                    conversations.c.business_id == self.business_id,
                    appointments.c.business_id == self.business_id,
                    appointments.c.number == (found[1] or found[2]),
                )
            ).scalar_one_or_none()
            if owner not in (None, key):
                yield f"{key} sees the number of a visit of {owner}"

    # -- at the end -----------------------------------------------------------------

    def _waiting(self, conn: Connection) -> Iterator[str]:
        left = {
            "deliveries": select(func.count()).where(inbound_events.c.due_at.is_not(None)),
            "poison": select(func.count()).where(inbound_events.c.outcome == "poison"),
            "turns": select(func.count()).where(
                conversations.c.business_id == self.business_id,
                conversations.c.due_at.is_not(None),
            ),
            "messages": select(func.count()).where(outbox.c.business_id == self.business_id),
        }
        for what, query in left.items():
            if count := conn.execute(query).scalar_one():
                yield f"{count} {what} are still waiting though all is quiet"

    def _unheard(self, conn: Connection) -> Iterator[str]:
        """Everything a client wrote is there, once, and a turn has seen it."""
        rows = conn.execute(
            select(messages.c.id, messages.c.external_id).where(
                messages.c.business_id == self.business_id,
                messages.c.direction == "inbound",
            )
        ).all()
        stored = Counter(row.external_id for row in rows)
        for key, person in self.people.items():
            for bubble in person.graph.transcripts.of(self.phone_id, key):
                if not bubble.ours and stored[bubble.id] != 1:
                    yield f"{key}'s message {bubble.text!r} is stored {stored[bubble.id]} times"
        answered = conn.execute(
            select(conversations.c.id, conversations.c.address).where(
                conversations.c.business_id == self.business_id,
                conversations.c.inbound_seq != conversations.c.answered_seq,
            )
        ).all()
        for row in answered:
            yield f"the conversation with {row.address} has something unanswered"

    def _unconfirmed(self, conn: Connection) -> Iterator[str]:
        """Whoever has booked has seen the number of the visit."""
        booked = conn.execute(
            select(appointments.c.number, conversations.c.address)
            .join(appointment_changes, appointment_changes.c.appointment_id == appointments.c.id)
            .join(conversations, conversations.c.client_id == appointments.c.client_id)
            .where(
                *(
                    t.c.business_id == self.business_id
                    for t in (appointments, appointment_changes, conversations)
                ),
                appointment_changes.c.kind == "booked",
                appointment_changes.c.by == "client",
            )
        ).all()
        for row in booked:
            screen = self.people[row.address].graph.transcripts.ours(self.phone_id, row.address)
            if not any(row.number in bubble.text for bubble in screen):
                yield f"{row.address} was never told of the visit {row.number}"

    def _newest(self, conn: Connection, table: object) -> int:
        query = select(func.max(appointment_changes.c.id)).where(
            appointment_changes.c.business_id == self.business_id
        )
        found: int | None = conn.execute(query).scalar_one()
        return found or 0


def _late(bubble: Bubble) -> Iterator[str]:
    """No reminder comes after the visit has begun."""
    found = _VISIT.search(bubble.text)
    if found is None:
        return
    day, month, hour, minute = map(int, found.groups())
    now = bubble.at.astimezone(ZONE)
    visit = now.replace(month=month, day=day, hour=hour, minute=minute, second=0, microsecond=0)
    if visit < now:
        yield f"a reminder came at {now:%d.%m %H:%M}, after the visit: {bubble.text[:80]!r}"


def _unproven(text: str, facts: str) -> Iterator[str]:
    """Each sum of money and each time of day stands in the facts of that turn."""
    known = re.sub(r"[ \u00a0\u202f]", "", facts)
    for pattern in (_MONEY, _CLOCK):
        for found in pattern.finditer(text):
            said = re.sub(r"[ \u00a0\u202f]", "", found[0])
            if said not in known:
                yield f"{found[0]!r} in {text[:120]!r} stands in no fact of the turn"
