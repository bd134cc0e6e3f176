"""`/b/{slug}`: a visitor books without a messenger and without script; the salon says yes."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from owners_desk import owners_desk
from town import Town, town

from beautybot.agent import holding
from beautybot.agent.holding import Caller, NotThen, Wanted
from beautybot.app import build
from beautybot.booking import tickets
from beautybot.booking.caps import TooManyTogether
from beautybot.booking.visits import Status
from beautybot.businesses import salons
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.server import serving
from beautybot.kit.db import Database
from beautybot.settings import Settings
from beautybot.web import agreement, booking_page
from beautybot.web.parts import Parts

WHO = {"name": "Мария", "phone": "+7 916 000-11-22", "consent": "1", "notes": "<b>с собакой</b>"}


@dataclass(slots=True)
class Guest:
    """A browser without script."""

    base: str
    http: aiohttp.ClientSession

    async def get(self, path: str) -> tuple[int, str]:
        async with self.http.get(self.base + path) as answer:
            return answer.status, html.unescape(await answer.text())

    async def post(self, path: str, **fields: str) -> tuple[int, str, str]:
        """Status and text after redirects, and where they led."""
        async with self.http.post(self.base + path, data=fields) as answer:
            return answer.status, html.unescape(await answer.text()), answer.url.path

    async def free(self, service: str = "manicure") -> list[str]:
        """The times the page offers."""
        _, shown = await self.get(f"/b/romashka?service={service}")
        links = re.findall(r"start=([^\"&]+)", shown)
        return [aiohttp.client.URL(f"/?start={one}").query["start"] for one in links]


async def switch(here: Town, **settings: Any) -> None:
    salon = await here.db.read(salons.by_slug, "romashka")
    kept = salons.settings_json(replace(salon.settings, **settings))
    await here.db.write(salons.change, salon.id, settings=kept)


@asynccontextmanager
async def guest_of(here: Town) -> AsyncIterator[Guest]:
    parts = Parts(Settings(), here.db, here.keyring, here.worker.wakeup, clock=here.hands)
    async with (
        serving(build(parts, pages=booking_page.routes(parts))) as base,
        aiohttp.ClientSession() as http,
    ):
        yield Guest(base, http)


@pytest.fixture
async def here(db: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """«Ромашка» with its page switched on."""
    async with town(db, tmp_path) as made:
        await switch(made, booking_page=True)
        yield made


async def test_a_guest_is_booked_by_the_salons_yes(here: Town) -> None:
    """No messenger at all: the owner presses in Telegram, the page says so."""
    async with owners_desk(here) as owners, guest_of(here) as guest:
        await owners.bound()
        _, services = await guest.get("/b/romashka")
        start = (await guest.free())[0]
        _, form = await guest.get(f"/b/romashka?service=manicure&start={start.replace('+', '%2B')}")
        _, held, place = await guest.post("/b/romashka", service="manicure", start=start, **WHO)
        _, asked, _ = await guest.post(f"{place}/ask")
        await owners.settle()
        told = owners.last()
        await owners.press("Подтвердить")
        _, booked = await guest.get(place)

    assert "Женская стрижка" in services and "1 800" in services.replace("\u00a0", " ")
    assert "Телефон" in form and "Согласен" in form
    assert "Ещё не записано" in held
    assert "Салон получил вашу просьбу" in asked
    assert "Мария, +79160001122" in told and "с собакой" in told
    assert "Вы записаны" in booked
    [visit] = await here.appointments()
    assert (visit.status, visit.source) == (Status.BOOKED, "web")
    assert (visit.client_name, visit.client_phone) == ("Мария", "+79160001122")


async def test_a_guest_confirms_in_the_messenger(here: Town) -> None:
    """The same link as an assistant's; the page sees it."""
    async with guest_of(here) as guest:
        start = (await guest.free())[0]
        _, held, place = await guest.post("/b/romashka", service="manicure", start=start, **WHO)
        code = re.search(r"wa\.me/\d+\?text=[^\"]*%20(\w+)", held)
        assert code is not None
        for line in (f"Код {code[1]}", "да", "да", "да"):
            await here.whatsapp(WaClient("79161234567", name="Ольга"), line)
        _, booked = await guest.get(place)

    assert "data:image/svg+xml" in held
    assert "Вы записаны" in booked


async def test_the_salon_may_refuse(here: Town) -> None:
    """The time is free again, and the page says so."""
    async with owners_desk(here) as owners, guest_of(here) as guest:
        await owners.bound()
        start = (await guest.free())[0]
        _, _, place = await guest.post("/b/romashka", service="manicure", start=start, **WHO)
        await guest.post(f"{place}/ask")
        await owners.settle()
        await owners.press("Отказать")
        _, shown = await guest.get(place)
        again = await guest.free()

    assert "больше не держим" in shown
    assert again[0] == start
    assert await here.appointments() == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "как к вам обращаться"),
        ({"phone": "позвоните мне"}, "телефон с кодом"),
        ({"consent": ""}, "Без согласия"),
        ({"start": "2020-01-01T12:00+03:00"}, "только что заняли"),
        ({"start": "вчера"}, "Такого времени нет"),
    ],
)
async def test_what_cannot_be_is_said_over_the_form(
    here: Town, change: dict[str, str], words: str
) -> None:
    """In one sentence, with nothing held."""
    async with guest_of(here) as guest:
        start = (await guest.free())[0]
        fields = {"service": "manicure", "start": start, **WHO, **change}
        status, shown, _ = await guest.post("/b/romashka", **fields)

    assert status in (409, 422)
    assert words in shown
    assert await here.appointments() == []


async def test_what_was_ticked_is_kept_with_its_words(here: Town) -> None:
    """Version and hash of the words and of the salon's rules; other rules are another hash."""
    await switch(here, privacy_url="https://romashka.example/rules")
    async with guest_of(here) as guest:
        start = (await guest.free())[0]
        _, _, place = await guest.post("/b/romashka", service="manicure", start=start, **WHO)
    ticket = await here.db.read(tickets.of_reference, place.rpartition("/")[2])
    salon = await here.db.read(salons.by_slug, "romashka")
    version, _, digest = ticket.contact["consent"].partition(" ")

    assert version == agreement.VERSION and len(digest) == 64
    assert ticket.contact["consent"] == agreement.proof("1", salon.settings)
    assert ticket.contact["consent"] != agreement.proof(
        "1", replace(salon.settings, privacy_url="")
    )
    assert agreement.proof("", salon.settings) == ""


async def test_a_page_that_is_off_does_not_exist(here: Town) -> None:
    """The same answer as for no salon; a foreign reference opens nothing either."""
    async with guest_of(here) as guest:
        foreign = await guest.get("/b/romashka/held/r0000000000000000")
        await switch(here, booking_page=False)
        off = await guest.get("/b/romashka")
        absent = await guest.get("/b/no-such-salon")

    assert foreign[0] == off[0] == absent[0] == 404
    assert off[1] == absent[1]


async def test_only_named_sites_may_frame_the_page(here: Town) -> None:
    """By default nobody; nothing else of the policy gives way."""
    async with guest_of(here) as guest:
        async with guest.http.get(guest.base + "/b/romashka") as answer:
            closed = answer.headers["Content-Security-Policy"]
        await switch(here, embed_on=("https://romashka.example",))
        async with guest.http.get(guest.base + "/b/romashka") as answer:
            opened = answer.headers["Content-Security-Policy"]
        async with guest.http.get(guest.base + "/b/romashka/qr.svg") as answer:
            picture = await answer.text()

    assert "frame-ancestors 'none'" in closed
    assert "frame-ancestors https://romashka.example" in opened
    assert opened.replace("https://romashka.example", "'none'") == closed
    assert "<svg" in picture


async def test_one_visitor_holds_no_more_than_two(here: Town) -> None:
    """And is told to wait after too many forms."""
    async with guest_of(here) as guest:
        times = await guest.free()
        answers = [
            await guest.post("/b/romashka", service="manicure", start=start, **WHO)
            for start in times[::5][:4]
        ]
        statuses = [(await guest.post("/b/romashka", service="x"))[0] for _ in range(14)]

    assert [status for status, _, _ in answers] == [200, 200, 409, 409]
    assert "уже держите время" in answers[2][1]
    assert 429 in statuses
    assert len(await here.appointments()) == 2


async def test_a_form_sent_twice_is_one_hold(here: Town) -> None:
    """A double tap, or a page sent again: the same page, once held."""
    async with guest_of(here) as guest:
        start = (await guest.free())[0]
        form = {"service": "manicure", "start": start, **WHO}
        sent = await asyncio.gather(*(guest.post("/b/romashka", **form) for _ in range(4)))

    assert len({place for _, _, place in sent}) == 1
    assert len(await here.appointments()) == 1


async def test_a_time_that_ran_out_may_be_taken_again(here: Town) -> None:
    """By the same visitor with the same words; so may one that was given back."""
    async with guest_of(here) as guest:
        start = (await guest.free())[-1]
        form = {"service": "manicure", "start": start, **WHO}
        _, _, first = await guest.post("/b/romashka", **form)
        here.hands.ahead += timedelta(minutes=11)
        _, over = await guest.get(first)
        _, again, second = await guest.post("/b/romashka", **form)
        await guest.post(f"{second}/release")
        _, once_more, third = await guest.post("/b/romashka", **form)

    assert "больше не держим" in over
    assert "Ещё не записано" in again and "Ещё не записано" in once_more
    assert len({first, second, third}) == 3


async def test_a_busy_day_is_said_to_be_busy(here: Town) -> None:
    """Who holds nothing is not told that they hold too much."""
    async with guest_of(here) as guest:
        times = await guest.free()
        day = [start for start in times if start.startswith(times[-1][:10])]
        for number, start in enumerate(day[:-1]):
            caller = Caller(f"other-{number}", "web", lambda ref: ref, allowed=booking_page.lets_in)
            wanted = Wanted("romashka", "manicure", start)
            with suppress(NotThen, TooManyTogether):
                await here.db.write(holding.hold, wanted, caller, here.hands())
        last = {"service": "manicure", "start": day[-1], **WHO}
        status, shown, _ = await guest.post("/b/romashka", **last)

    assert status == 409
    assert "записывается много людей" in shown and "Вы уже держите" not in shown


async def test_a_hostile_name_is_words_on_every_page(here: Town) -> None:
    """Whatever is typed comes back as text, and the address of a hold gives nothing away."""
    async with guest_of(here) as guest:
        start = (await guest.free())[0]
        evil = {"name": "<script>alert(1)</script>", "notes": '{{7*7}} "><img src=x>'}
        form = {"service": "manicure", "start": start, **WHO, **evil}
        async with guest.http.post(guest.base + "/b/romashka", data=form | {"phone": "x"}) as again:
            typed = await again.text()
        _, held, place = await guest.post("/b/romashka", **form)

    assert "&lt;script&gt;" in typed and "<script>alert" not in typed and "<img" not in typed
    assert "alert(1)" not in held and "000-11-22" not in held and "79160001122" not in held
    assert len(place.rpartition("/")[2]) >= 16
