"""A salon whose server is mortal, its clients, and what is left in the end."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from mortal import Hands, Mortals, mortals
from sqlalchemy import Connection, func, select
from town import APP_SECRET, PHONE_ID, VERIFY, WABA
from world import ROMASHKA

from beautybot.booking import importing
from beautybot.booking.models import appointments
from beautybot.booking.salon_file import of_json
from beautybot.businesses import connecting, salons
from beautybot.channels import registry
from beautybot.conversations.models import (
    clients,
    conversations,
    inbound_events,
    messages,
    outbox,
    turns,
)
from beautybot.demo.fakes.graph import FakeGraph
from beautybot.demo.fakes.graph_events import WaClient
from beautybot.demo.fakes.server import serving
from beautybot.demo.fakes.transcript import Bubble
from beautybot.kit import clock
from beautybot.kit.crypto import Keyring, new_key, parse_keys
from beautybot.kit.db import Database, across_salons, connect
from beautybot.russian.people import name_forms
from beautybot.settings import Settings

TOKEN = "EAAgoodtoken"
BOOKING = ("хочу на маникюр", "1", "да", "да")


@dataclass(frozen=True, slots=True)
class Left:
    """What one client's booking left: in the book, in the traces, on the screen."""

    bookings: int
    turns: int
    answers: int
    confirmations: int


WHOLE = Left(bookings=1, turns=4, answers=4, confirmations=1)


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one client's messages, and how many answers were given up in doubt."""

    stored: int
    unheard: int  # in no turn
    twice: int  # in more than one
    given_up: int


@dataclass(slots=True)
class Survivors:
    """The messengers, the mortal product, and its database as an operator sees it."""

    graph: FakeGraph
    product: Mortals
    db: Database

    async def says(self, client: WaClient, text: str, timeout_s: float = 20) -> str:
        """The client writes; the next answer on the screen."""
        seen = len(self.screen(client))
        await self.graph.client_says(PHONE_ID, client, text)
        bubble = await self.graph.transcripts.answer(
            PHONE_ID, client.key, seen=seen, timeout_s=timeout_s
        )
        return bubble.text

    def screen(self, client: WaClient) -> list[Bubble]:
        """What the salon said to a client."""
        return self.graph.transcripts.ours(PHONE_ID, client.key)

    async def quiet(self, timeout_s: float = 40) -> None:
        """Return when nothing waits any more: no retry of Meta, no delivery, turn or message."""
        async with asyncio.timeout(timeout_s):
            await self.graph.idle()
            while await self.db.read(_unfinished):
                await asyncio.sleep(0.05)
                await self.graph.idle()

    async def heard(self, client: WaClient) -> Heard:
        """Which of the client's messages turns have answered; a doubled answer merges none away."""
        return await self.db.read(_heard, client.wa_id or "")

    async def left(self, client: WaClient) -> Left:
        """What is there of this client, once it is quiet."""
        bookings, taken = await self.db.read(_kept, f"+{client.wa_id}")
        said = [bubble.text for bubble in self.screen(client)]
        return Left(bookings, taken, len(said), sum("вы записаны" in text for text in said))


@asynccontextmanager
async def survivors(
    url: str, folder: Path, *, careless: bool = False, spare: bool = False
) -> AsyncIterator[Survivors]:
    """«Ромашка» connected to WhatsApp, her server up, on a migrated and empty database."""
    hands, key = Hands(), new_key()
    graph = FakeGraph(clock=hands)
    graph.add_number(PHONE_ID, token=TOKEN, app_secret=APP_SECRET, waba_id=WABA)
    async with serving(graph) as graph_url:
        api = f"{graph_url}/v26.0"
        number = {"phone_id": PHONE_ID, "waba_id": WABA}
        await salon_on(
            url, key, Settings(graph_api_base=api), "whatsapp", {"access_token": TOKEN}, number
        )
        settings = {
            "database_url": url,
            "encryption_keys": key,
            "graph_api_base": api,
            "whatsapp_app_secret": APP_SECRET,
            "whatsapp_verify_token": VERIFY,
            "burst_wait_s": 0.0,
        }
        async with mortals(
            settings, folder, hands=hands, careless=careless, spare=spare
        ) as product:
            db = connect(url)
            graph.callback_url = f"{product.url}/api/webhooks/whatsapp"
            try:
                yield Survivors(graph, product, db)
            finally:
                await db.close()


async def salon_on(
    url: str,
    key: str,
    settings: Settings,
    channel: str,
    secrets: dict[str, str],
    details: dict[str, str],
) -> None:
    """«Ромашка» in the database of a URL, connected to one channel; her agent is on."""
    db = connect(url)
    channels = registry.build(settings)
    await db.write(importing.apply, of_json(ROMASHKA), now=clock.now(), name_forms=name_forms)
    salon = await db.read(salons.by_slug, "romashka")
    await connecting.connect(
        db,
        Keyring(parse_keys(key)),
        channels[channel],
        business=salon,
        secrets=secrets,
        details=details,
        public_url="http://127.0.0.1:1",
        now=clock.now(),
    )
    for each in channels.values():
        await each.close()
    await db.close()


def _unfinished(conn: Connection) -> int:
    waiting = [inbound_events.c.due_at.is_not(None), conversations.c.due_at.is_not(None)]
    counts = [select(func.count()).where(each) for each in waiting]
    counts.append(select(func.count()).select_from(outbox))
    return sum(conn.execute(across_salons(count)).scalar_one() for count in counts)


def _heard(conn: Connection, address: str) -> Heard:
    mine = conversations.c.address == address
    talk = messages.join(conversations, conversations.c.id == messages.c.conversation_id)
    rows = conn.execute(
        across_salons(
            select(messages.c.id, messages.c.direction, messages.c.status)
            .select_from(talk)
            .where(mine)
        )
    ).all()
    taken = turns.join(conversations, conversations.c.id == turns.c.conversation_id)
    traces = conn.execute(across_salons(select(turns.c.trace).select_from(taken).where(mine)))
    times = Counter(heard for trace in traces.scalars() for heard in trace["heard"])
    inbound = [row.id for row in rows if row.direction == "inbound"]
    return Heard(
        stored=len(inbound),
        unheard=sum(times[one] == 0 for one in inbound),
        twice=sum(times[one] > 1 for one in inbound),
        given_up=sum(row.status == "ambiguous" for row in rows),
    )


def _kept(conn: Connection, phone: str) -> tuple[int, int]:
    booked = (
        select(func.count())
        .select_from(appointments.join(clients, clients.c.id == appointments.c.client_id))
        .where(clients.c.phone == phone, appointments.c.status == "booked")
    )
    taken = (
        select(func.count())
        .select_from(turns.join(conversations, conversations.c.id == turns.c.conversation_id))
        .where(conversations.c.address == phone.lstrip("+"))
    )
    counted = [conn.execute(across_salons(each)).scalar_one() for each in (booked, taken)]
    return counted[0], counted[1]
