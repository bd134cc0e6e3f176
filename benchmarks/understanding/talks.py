"""
Whole conversations without a model, and how they end; see README.md beside this file.

    python -m benchmarks.understanding.talks [--shown] [--only WORDS]

A client says the lines of `data/talks.md`; what the receptionist still
asks after them (consent, name, phone, "shall I book?") is answered as anybody
would.  Every line goes through inbox, turn and outbox on a real database.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import structlog

from beautybot.agent.understanding import Understanding
from beautybot.booking import importing
from beautybot.booking.salon_file import of_json
from beautybot.booking.visits import Appointment, Status, listing
from beautybot.businesses import access, salons
from beautybot.channels.console import Console
from beautybot.conversations import history, inbox
from beautybot.kit import migrate
from beautybot.kit.crypto import Keyring, new_key, parse_keys
from beautybot.kit.db import Database, connect
from beautybot.kit.wakeup import Wakeup
from beautybot.worker import Worker
from benchmarks.understanding.cases import DATA

CLIENT = "client"
PATIENCE = 7  # the answers of course a client gives before she gives up
ANSWERS = (  # what the last words of an answer ask, and what anybody says to it
    (r"обработку персональных данных", "согласна"),
    (r"как вас зовут", "{name}, {phone}"),
    (r"номер телефона", "{phone}"),
    (r"(записать вас\?|перенести запись.*|отменить запись.*)$", "да"),
)
LOST = re.compile(r"Не совсем понял")


@dataclass(slots=True)
class Talk:
    """One conversation: what is said, and how it should end."""

    title: str
    catalogue: str = ""
    now: datetime = datetime.min
    name: str = ""
    phone: str = ""
    lines: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Heard:
    """What became of it."""

    shown: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    messages: int = 0  # of the client, until the first visit was in the book
    end: str = ""
    faults: list[str] = field(default_factory=list)


def talks() -> list[Talk]:
    """The conversations of the file."""
    found: list[Talk] = []
    for line in (DATA / "talks.md").read_text(encoding="utf-8").splitlines():
        head, _, text = (part.strip() for part in line.partition(":"))
        if line.startswith("# "):
            found.append(Talk(line[2:]))
        elif found and line:
            _add(found[-1], head, text)
    return found


def _add(talk: Talk, head: str, text: str) -> None:
    match head:
        case "салон":
            talk.catalogue, _, at = text.partition(" · ")
            talk.now = datetime.fromisoformat(at)
        case "зовут":
            talk.name, _, talk.phone = text.partition(", ")
        case "клиент":
            talk.lines.append(text)
        case "в книге":
            talk.ends.append(text)
        case "книга пуста" | "человек отвечает":
            talk.ends.append(head)
        case "говорит":
            talk.told += re.findall(r"«(.+?)»(?= «|$)", text)
        case "не говорит":
            talk.never += re.findall(r"«(.+?)»(?= «|$)", text)
        case _:
            raise ValueError(f"not a line of a talk: {head}")


async def play(talk: Talk, folder: Path) -> Heard:
    """Say it all to the product, and judge."""
    shutil.copyfile(folder / f"{talk.catalogue}.db", path := folder / "talk.db")
    database = connect(f"sqlite:///{path}")
    try:
        return await _Room(database, talk).hear()
    finally:
        await database.close()


class _Room:
    """A salon, a terminal and a clock."""

    def __init__(self, database: Database, talk: Talk) -> None:
        salon = json.loads((DATA / f"{talk.catalogue}.json").read_text(encoding="utf-8"))["salon"]
        self.database, self.talk, self.heard = database, talk, Heard()
        self.slug, self.zone = salon["slug"], ZoneInfo(salon["timezone"])
        self.now = talk.now.replace(tzinfo=self.zone).astimezone(UTC)
        self.console = Console()
        self.worker = Worker(
            db=database,
            channels={"console": self.console},
            keyring=Keyring(parse_keys(new_key())),
            llm=None,
            understanding=Understanding(),
            wakeup=Wakeup(),
            burst=timedelta(0),
        )
        self.worker.clock = lambda: self.now

    async def hear(self) -> Heard:
        """Every line, then what is answered of course."""
        for line in self.talk.lines:
            await self._say(line)
        for _ in range(PATIENCE):
            answer = self._of_course()
            if answer is None:
                break
            await self._say(answer)
        await self._judge()
        return self.heard

    def _of_course(self) -> str | None:
        last = self.heard.answers[-1] if self.heard.answers else ""
        for question, answer in ANSWERS:
            if re.search(question, last, re.IGNORECASE | re.MULTILINE):
                return answer.format(name=self.talk.name, phone=self.talk.phone)
        return None

    async def _say(self, text: str) -> None:
        if not any(a.startswith("Готово") for a in self.heard.answers):
            self.heard.messages += 1
        for part in text.split(" // "):
            self.now += timedelta(seconds=8)
            number = f"{self.now.timestamp()}"
            body = {"id": number, "client": CLIENT, "account": "terminal", "text": part}
            event = inbox.RawEvent("console", number, self.now, msgspec.json.encode(body))
            await self.database.write(inbox.accept, [event])
        await self.worker.drain()
        said = []
        while not self.console.replies.empty():
            said.append(self.console.replies.get_nowait().text)
        answer = "\n".join(said)
        self.heard.answers.append(answer)
        self.heard.shown += [f"К: {text}", "А: " + (answer or "…").replace("\n", "\n   ")]

    async def _judge(self) -> None:
        business = await self.database.read(salons.by_slug, self.slug)
        visits = await self.database.read(listing, business.id)
        kept = [self._visit(v) for v in visits if v.status is Status.BOOKED]
        summary = (await self.database.read(history.listing, business.id, self.now))[0]
        human = ["человек отвечает"] if summary.handoff else []
        ends = [" и ".join(kept) or "книга пуста", *human]
        heard, talk = self.heard, self.talk
        heard.end = " · ".join(ends)
        if talk.ends and not any(fnmatchcase(end, want) for end in ends for want in talk.ends):
            heard.faults.append(f"кончилось: {heard.end}; надо: {' / '.join(talk.ends)}")
        everything = "\n".join(heard.answers).lower()
        heard.faults += [f"не сказано «{w}»" for w in talk.told if w.lower() not in everything]
        heard.faults += [f"сказано «{w}»" for w in talk.never if w.lower() in everything]

    def _visit(self, visit: Appointment) -> str:
        services = " + ".join(sorted(part.service_ref for part in visit.parts))
        people = " + ".join(sorted({part.specialist_ref for part in visit.parts}))
        return f"{services}, {people}, {visit.start.astimezone(self.zone):%d.%m %H:%M}"


async def _salon(catalogue: str, folder: Path) -> None:
    path = folder / f"{catalogue}.db"
    await migrate.upgrade(f"sqlite:///{path}")
    file = json.loads((DATA / f"{catalogue}.json").read_text(encoding="utf-8"))
    file["settings"] = {"agent": {"enabled": True, "tone": "friendly"}}
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    database = connect(f"sqlite:///{path}")
    await database.write(importing.apply, of_json(file), now=at)
    business = await database.read(salons.by_slug, file["salon"]["slug"])
    await database.write(
        access.connect,
        business_id=business.id,
        channel="console",
        external_id="terminal",
        display="terminal",
        details={},
        now=at,
    )
    await database.close()


async def _all(wished: argparse.Namespace) -> None:
    chosen = [t for t in talks() if wished.only.lower() in t.title.lower()]
    done: list[Heard] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for catalogue in {talk.catalogue for talk in chosen}:
            await _salon(catalogue, folder)
        for talk in chosen:
            heard = await play(talk, folder)
            done.append(heard)
            if heard.faults or wished.shown:
                print(f"\n# {talk.title}", *heard.faults, sep="\n  - ")
            if wished.shown:
                print(*heard.shown, sep="\n")
    _totals(done)


def _totals(done: list[Heard]) -> None:
    booked = sorted(h.messages for h in done if any(a.startswith("Готово") for a in h.answers))
    right = sum(not h.faults for h in done)
    lost = sum(any(LOST.search(a) for a in h.answers) for h in done)
    twice = sum(any(a and a == b for a, b in pairwise(h.answers)) for h in done)
    print(f"\nended as the salon wants: {right} of {len(done)}")
    print(f"not understood at least once: {lost}; the same answer twice running: {twice}")
    if booked:
        middle = booked[len(booked) // 2]
        print(f"messages of a client until booked: median {middle}, most {booked[-1]}")


def main() -> None:
    """Play them, show what went wrong, and the totals."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.understanding.talks")
    parser.add_argument("--shown", action="store_true", help="every conversation, word for word")
    parser.add_argument("--only", default="", metavar="WORDS", help="those whose title has these")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    asyncio.run(_all(parser.parse_args()))


if __name__ == "__main__":
    main()
