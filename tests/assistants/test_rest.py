"""What ChatGPT may do for a client, and what nobody may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from assistant_doors import call, doors, free, opt_in
from openapi_spec_validator import validate
from town import Town, town

from beautybot.booking.visits import Status
from beautybot.businesses import notices
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.telegram_people import TgUser
from beautybot.kit.db import Database

OPERATIONS = {
    "searchSalons",
    "getSalonInfo",
    "getAvailableSlots",
    "bookAppointment",
    "requestHumanSupport",
    "getUserPreferences",
}


@pytest.fixture
async def here(db: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """«Ромашка», which lets assistants in."""
    async with town(db, tmp_path) as built:
        await opt_in(built.db)
        yield built


def booking(start: str, **more: str) -> dict[str, str]:
    return {"salonId": "romashka", "serviceId": "manicure", "bookingTime": start, **more}


async def test_the_document_is_fit_for_import(here: Town) -> None:
    """Valid OpenAPI 3.1 with the operations' own names and our public address."""
    async with doors(here, public_url="https://salon.example") as base:
        status, document = await call(base, "GET", "/openapi.json")

    validate(document)
    named = {one["operationId"] for path in document["paths"].values() for one in path.values()}
    assert status == 200
    assert document["openapi"].startswith("3.1")
    assert named >= OPERATIONS
    assert document["servers"] == [{"url": "https://salon.example"}]


async def test_a_salon_is_found_by_city_and_service(here: Town) -> None:
    """By the words of a client; what we hold no data for is said."""
    query = {"city": "Москва", "service": "сделать маникюр", "min_rating": "4"}
    async with doors(here) as base:
        _, found = await call(base, "GET", "/search", params=query)
        _, nothing = await call(base, "GET", "/search", params=query | {"budget": "100"})
        _, salon = await call(base, "GET", "/salon/romashka")

    assert [one["id"] for one in found["salons"]] == ["romashka"]
    assert "rating" in found["note"]
    assert nothing["salons"] == []
    prices = {s["id"]: s["price"]["text"] for s in salon["services"]}
    assert prices["colour"] == "от 5 500 ₽ до 9 000 ₽"


async def test_a_hold_is_booked_by_the_client_in_telegram(here: Town) -> None:
    """The link opens the proposal; the booking is bound to who opened it."""
    async with doors(here) as base:
        slot = (await free(base))[0]
        status, held = await call(base, "POST", "/book", json=booking(slot["start"]))
        code = held["confirm"]["telegram"].partition("start=")[2]
        olga = TgUser(5_001, "Ольга")
        here.telegram.start(here.bot, olga, code)
        await here.settle()
        for answer in ("да", "Ольга 89161234567", "да"):
            last = await here.telegram_says(olga, answer)
        _, standing = await call(base, "GET", f"/booking/{held['reference']}")

    assert status == 200 and held["status"] == "held"
    assert "not booked until" in held["message"]
    assert "вы записаны" in last
    (visit,) = await here.appointments()
    assert (visit.status, visit.source) == (Status.BOOKED, "chatgpt")
    assert (visit.client_name, visit.client_phone) == ("Ольга", "+79161234567")
    assert standing["status"] == "booked" and "Ольга" not in str(standing)


async def test_a_hold_is_booked_by_the_client_in_whatsapp(here: Town) -> None:
    """The code comes as a message; a second use of it opens nothing."""
    async with doors(here) as base:
        slot = (await free(base))[0]
        _, held = await call(base, "POST", "/book", json=booking(slot["start"]))
    code = held["confirm"]["whatsapp"].rpartition("%20")[2]

    for line in (f"Код {code}", "да", "да"):
        last = await here.whatsapp(WaClient("79161234567", name="Ольга"), line)
    thief = await here.whatsapp(WaClient("79160001122", name="Ира"), f"Код {code}")

    assert "вы записаны" in last
    assert "не действует" in thief
    assert len(await here.appointments()) == 1


async def test_twenty_equal_calls_hold_one_time(here: Town) -> None:
    """They all get the same answer; other parameters under that key are refused."""
    async with doors(here) as base:
        first, second = (await free(base))[:2]
        head = {"Idempotency-Key": "key-1"}
        same = await asyncio.gather(
            *(
                call(base, "POST", "/book", json=booking(first["start"]), headers=head)
                for _ in range(20)
            )
        )
        other, _ = await call(base, "POST", "/book", json=booking(second["start"]), headers=head)

    assert {status for status, _ in same} == {200}
    assert len({answer["reference"] for _, answer in same}) == 1
    assert other == 409
    assert len(await here.appointments()) == 1


async def test_one_caller_holds_no_more_than_two(here: Town) -> None:
    """However many users the header claims, the salon's own cap counts too."""
    async with doors(here) as base:
        times = await free(base)
        answers = [
            (await call(base, "POST", "/book", json=booking(slot["start"])))[0]
            for slot in times[::8][:4]
        ]

    assert answers == [200, 200, 429, 429]


@pytest.mark.parametrize(
    ("start", "status"),
    [("2020-01-01T12:00", 409), ("yesterday", 422), ("2099-01-01T03:00", 409)],
)
async def test_a_time_that_cannot_be_is_refused(here: Town, start: str, status: int) -> None:
    """One sentence, free times beside it, and no row."""
    async with doors(here) as base:
        answered, words = await call(base, "POST", "/book", json=booking(start))

    assert answered == status
    assert words["error"]
    assert await here.appointments() == []


async def test_a_salon_that_did_not_opt_in_does_not_exist(db: Database, tmp_path: Path) -> None:
    """The same answer as for no salon at all, at every operation."""
    async with town(db, tmp_path) as closed, doors(closed) as base:
        answers = [
            await call(base, "GET", f"/salon/{slug}") for slug in ("romashka", "nothing-here")
        ]
        answers.append(await call(base, "POST", "/book", json=booking("2030-01-01T12:00")))

    assert [status for status, _ in answers] == [404] * 3
    assert len({str(words) for _, words in answers}) == 1


async def test_the_key_is_asked_for_where_there_is_one(here: Town) -> None:
    """Every call without it is refused."""
    async with doors(here, assistants_api_key="a key of the operator") as base:
        without, _ = await call(base, "GET", "/salon/romashka")
        head = {"Authorization": "Bearer a key of the operator"}
        with_it, _ = await call(base, "GET", "/salon/romashka", headers=head)

    assert (without, with_it) == (401, 200)


async def test_a_request_for_a_person_reaches_the_salon(here: Town) -> None:
    """All are kept; only some are sent to the owner's Telegram."""
    wish = {
        "salonId": "romashka",
        "reason": "Свадьба, шесть человек",
        "clientPhone": "+79161234567",
    }
    async with doors(here) as base:
        answers = [await call(base, "POST", "/request-support", json=wish) for _ in range(8)]

    kept = await here.db.read(notices.listing, here.salon.id)
    assert [status for status, _ in answers] == [200] * 8
    assert len([n for n in kept if n.kind is notices.NoticeKind.SUPPORT]) == 8
    assert "Свадьба" in kept[0].text
