"""What an owner does with a thumb: calendar, price list, hours, notes, answers."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta

import aiohttp
import pytest
from salons_at_work import Things
from visitor import Visitor, browser, pages
from world import World

from beautybot.booking import answers, availability, catalogue, file_reader, staff, visits
from beautybot.booking.availability import Wish
from beautybot.booking.price_list import ImportProblem
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses import journal, salons
from beautybot.conversations import clients, history, notes, persons, talks
from beautybot.conversations.talks import Only
from beautybot.kit import clock
from beautybot.kit.db import Database
from beautybot.web.dashboard.reports import safe

PRICES = "Услуга;Цена;Длительность\nМаникюр новый;от 1 500;45\nПедикюр;abc;75\n"


async def visit_of(db: Database, salon: Things) -> Appointment:
    return await db.read(visits.get, salon.business.id, salon.ids["calendar"])


async def test_a_move_is_refused_with_who_is_there(
    anna: Visitor, db: Database, salon: Things
) -> None:
    """The second visit cannot be moved onto the first; nothing changes."""
    first = await visit_of(db, salon)
    local = first.start.astimezone(salon.business.zone)
    later = local + timedelta(days=7)
    fields = {"service": str(first.parts[0].service_id), "name": "Ира", "specialist": "1"}
    made, _ = await anna.post("/dashboard/calendar", start=f"{later:%Y-%m-%dT%H:%M}", **fields)
    second = (await db.read(visits.listing, salon.business.id))[-1]

    moved, page = await anna.post(
        f"/dashboard/calendar/{second.id}/move", start=f"{local:%Y-%m-%dT%H:%M}"
    )

    assert (made, moved) == (303, 409)
    assert "уже записан Здравствуйте" in page
    assert (await db.read(visits.get, salon.business.id, second.id)).start == second.start


async def test_the_client_is_told_in_their_own_messenger(
    anna: Visitor, db: Database, salon: Things
) -> None:
    """A move and a cancellation by the salon go through the same outbox."""
    visit = await visit_of(db, salon)
    local = visit.start.astimezone(salon.business.zone) + timedelta(days=7)
    at = f"{local:%Y-%m-%dT%H:%M}"
    await anna.post(f"/dashboard/calendar/{visit.id}/move", start=at, tell="1")
    status, _ = await anna.post(f"/dashboard/calendar/{visit.id}/cancel", tell="1", why="болею")

    said = await db.read(history.thread, salon.business.id, salon.ids["conversations"])
    assert status == 303
    assert "перенесли вашу запись" in said[-2].text and visit.number in said[-2].text
    assert "отменить вашу запись" in said[-1].text
    assert (await visit_of(db, salon)).status is Status.CANCELLED


async def test_who_walks_in_now_can_be_booked(db: Database, salon: Things) -> None:
    """The lead time is for clients who write, not for the salon's own people."""
    noon = datetime.combine(date(2030, 3, 5), time(12), salon.business.zone)
    async with pages(db, clock=lambda: noon) as base, browser(base) as visitor:
        await visitor.sign_in(salon.email("owner"))
        status, _ = await visitor.post(
            "/dashboard/calendar", service="1", start="2030-03-05T11:55", name="Ира"
        )
        past, page = await visitor.post(
            "/dashboard/calendar", service="1", start="2030-03-04T11:55", name="Ира"
        )

    assert (status, past) == (303, 409)
    assert "уже прошло" in page


async def test_why_not_is_said(anna: Visitor, salon: Things) -> None:
    """Closed, not hers, no time given."""
    for fields, words in (
        ({"start": "2030-03-03T12:00", "specialist": "1"}, "в этот день не работает"),
        ({"start": "2030-03-05T19:30", "specialist": "1"}, "работает 10:00–20:00"),
        ({"start": "2030-03-05T12:01", "specialist": "1"}, "делиться на пять"),
        ({"start": "скоро"}, "Выберите день и время"),
    ):
        status, page = await anna.post("/dashboard/calendar", service="1", name="Ира", **fields)
        assert status == 409
        assert words in page


async def test_a_price_list_shows_first_what_would_change(
    anna: Visitor, db: Database, salon: Things
) -> None:
    """A bad line is named in Russian; a dry run writes nothing; the same file then goes in."""
    bad, page = await upload(anna, PRICES.encode())
    good, shown = await upload(anna, PRICES.replace("abc", "2 600").encode())
    before = await db.read(catalogue.load, salon.business.id)
    again = re.search(r'name="again" value="([^"]+)"', shown)
    assert again is not None
    done, _ = await anna.post(
        "/dashboard/services/import", for_good="1", again=again[1], suffix=".csv"
    )
    after = await db.read(catalogue.load, salon.business.id)

    assert bad == 400 and "строка 3, цена" in page
    assert good == 200 and "+ <bdi>Маникюр новый</bdi>" in shown and "от 1 500 ₽" in shown
    assert done == 200
    assert len(after.services) > len(before.services)


async def test_a_bomb_of_a_spreadsheet_is_refused_at_once() -> None:
    """A few kilobytes that unfold into a hundred megabytes, or into endless rows."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b"a" * 120_000_000)
    began = clock.monotonic()

    with pytest.raises(ImportProblem):
        await file_reader.read(packed.getvalue(), ".xlsx")
    with pytest.raises(ImportProblem, match="line 5001"):
        many = "Услуга;Цена;Длительность\n" + "Маникюр;100;60\n" * 200_000
        await file_reader.read(many.encode(), ".csv")

    assert clock.monotonic() - began < 20  # each starts a process; seconds on a busy machine


async def test_a_service_is_changed_in_whole(anna: Visitor, db: Database, salon: Things) -> None:
    """From a price to a range, her own price, other names; what cannot be is said."""
    fields = {
        "name": "Маникюр",
        "category": "Ногти",
        "kind": "range",
        "price": "2 000",
        "upto": "3000",
        "minutes": "70",
        "aliases": "ноготочки, маник",
        "bookable": "1",
        "does-1": "1",
        "price-1": "2500",
    }
    status, _ = await anna.post("/dashboard/services/1", **fields)
    bad, page = await anna.post("/dashboard/services/1", **fields | {"upto": "100"})
    nobody, _ = await anna.post("/dashboard/services/1", **fields | {"does-1": ""})
    listed = await db.read(catalogue.load, salon.business.id)
    _, whole = await anna.get("/dashboard/services/1")
    _, rows = await anna.get("/dashboard/services")

    service = listed.service(1)
    assert "узнаёт услугу по словам: маникюр" in whole
    assert "ещё называют: ноготочки, маник" in rows
    assert (status, bad, nobody) == (303, 400, 400)
    assert "меньше цены" in page
    assert str(service.price) == "от 2 000 ₽ до 3 000 ₽"
    assert service.aliases == ("ноготочки", "маник")
    assert str(listed.price(1, 1)).startswith("от 2 500")
    last = (await db.read(journal.listing, salon.business.id))[0]
    assert "цена была 1 800 ₽" in last.what


async def test_shifts_and_special_days_change_what_is_offered(
    anna: Visitor, db: Database, salon: Things
) -> None:
    """Two on, two off from a Monday; a holiday of the salon closes all."""
    person = salon.ids["specialists"]
    shifts = {"kind": "shifts", "on": "2", "rest": "2", "anchor": "2030-03-04"}
    hours = {"opens-shift": "12:00", "closes-shift": "16:00"}
    one, _ = await anna.post(f"/dashboard/specialists/{person}/hours", **shifts, **hours)
    bad, page = await anna.post(f"/dashboard/specialists/{person}/hours", kind="own")
    two, _ = await anna.post("/dashboard/hours/days", day="2030-03-05", closed="1")

    assert (one, bad, two) == (303, 400, 303)
    assert "рабочий день" in page
    assert await starts(db, salon, date(2030, 3, 4)) == "12:00"
    assert await starts(db, salon, date(2030, 3, 5)) is None
    assert await starts(db, salon, date(2030, 3, 6)) is None
    assert (await db.read(staff.special_days, salon.business.id, date(2030, 3, 1)))[0].spans == ()


async def test_what_was_read_is_not_unread(anna: Visitor, db: Database, salon: Things) -> None:
    """Opening a conversation marks it; a note stays among the salon's people."""
    number = salon.ids["conversations"]
    await anna.post(f"/dashboard/conversations/{number}/note", text="любит кофе")
    _, page = await anna.get(f"/dashboard/conversations/{number}")
    found = await db.read(talks.inbox, salon.business.id, clock.now(), only=Only.UNREAD)
    kept = await db.read(notes.of_client, salon.business.id, salon.ids["clients"])

    assert "любит кофе" in page
    assert found == []
    assert [n.text for n in kept] == ["любит кофе", "Здравствуйте"]


async def test_two_cards_become_one_person(anna: Visitor, db: Database, salon: Things) -> None:
    """Their visits, notes and conversations are found on the one that stays."""
    from beautybot.channels.base import Identity, IdentityKind

    other = await db.write(
        clients.recognise,
        salon.business.id,
        "whatsapp",
        [Identity(IdentityKind.WA_PHONE, "79161234567")],
        name="Ольга",
        phone="+79161234567",
        now=clock.now(),
    )
    _, before = await anna.get(f"/dashboard/clients/{other}")
    itself, _ = await anna.post(f"/dashboard/clients/{other}/merge", other=str(other))
    status, _ = await anna.post(
        f"/dashboard/clients/{other}/merge", other=str(salon.ids["clients"])
    )
    _, after = await anna.get(f"/dashboard/clients/{other}")

    assert "тот же человек" in before
    assert (itself, status) == (400, 303)
    assert "Здравствуйте" in after and "впереди" in after
    assert len(await db.read(persons.talks_of, salon.business.id, other)) == 1


async def test_a_question_is_answered_once_for_all(
    anna: Visitor, db: Database, salon: Things
) -> None:
    """The client who asked hears it too, and the agent knows it from then on."""
    number = salon.ids["questions"]
    empty, _ = await anna.post(f"/dashboard/settings/questions/{number}", answer="")
    done, _ = await anna.post(
        f"/dashboard/settings/questions/{number}", answer="Да, парковка есть.", tell="1"
    )
    known = await db.read(answers.listing, salon.business.id)
    said = await db.read(history.thread, salon.business.id, salon.ids["conversations"])

    assert (empty, done) == (400, 303)
    assert "Да, парковка есть." in [entry.answer for entry in known]
    assert said[-1].text == "Да, парковка есть."


@pytest.mark.parametrize(
    ("hours", "at", "answers_then"),
    [
        (None, "12:00", True),
        (("21:00", "09:00"), "23:30", True),
        (("21:00", "09:00"), "08:59", True),
        (("21:00", "09:00"), "09:00", False),
        (("09:00", "21:00"), "21:00", False),
    ],
)
async def test_the_agent_keeps_its_hours(
    sqlite_db: Database, hours: tuple[str, str] | None, at: str, answers_then: bool
) -> None:
    """By the salon's clock; without hours, round the clock."""
    from world import open_salons

    world: World = await sqlite_db.write(open_salons)
    kept = salons.settings_json(world.romashka.settings) | {"agent_hours": hours}
    await sqlite_db.write(salons.change, world.romashka.id, settings=kept)
    salon = await sqlite_db.read(salons.get, world.romashka.id)
    moment = datetime.combine(date(2030, 3, 5), time.fromisoformat(at), salon.zone)

    assert salon.agent_answers(moment, "telegram") is answers_then


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|'/C calc'!A0", "-2", "@SUM(A1)", "\t=1", " =1"])
def test_a_cell_is_never_a_formula(cell: str) -> None:
    """A spreadsheet shows it as text; phones stay phones."""
    assert safe(cell).startswith("'")
    assert safe("+79161234567") == "+79161234567"
    assert safe("Ольга") == "Ольга"


async def upload(visitor: Visitor, body: bytes) -> tuple[int, str]:
    form = aiohttp.FormData()
    form.add_field("csrf", await visitor.token())
    form.add_field("file", body, filename="прайс.csv")
    url = f"{visitor.base}/dashboard/services/import"
    async with visitor.http.post(url, data=form, allow_redirects=False) as answer:
        return answer.status, await answer.text()


async def starts(db: Database, salon: Things, on: date) -> str | None:
    """The first free hour of that day."""
    zone = salon.business.zone
    since = datetime.combine(on, time(), zone)
    listed = await db.read(catalogue.load, salon.business.id)
    wish = Wish((1,), salon.ids["specialists"], start=since, end=since + timedelta(days=1))
    now = since - timedelta(days=1)
    found = await db.read(availability.find, salon.business, listed, wish, now, limit=1)
    return f"{found[0].start.astimezone(zone):%H:%M}" if found else None
