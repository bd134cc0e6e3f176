"""One truth for all who ask: the chat, REST and MCP, on both sides of a change of the clocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from assistant_doors import call, doors
from mcp import Client
from sqlalchemy import Engine, event
from town import Town

from beautybot.businesses import salons
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.kit import clock

BEFORE_SUMMER = datetime(2027, 3, 26, 8, tzinfo=UTC)
"""A Friday; in Berlin the clocks go forward on Sunday the 28th."""
BERLIN = {"2027-03-27": "+01:00", "2027-03-29": "+02:00"}


@pytest.mark.parametrize("day", list(BERLIN))
async def test_the_chat_rest_and_mcp_offer_the_same_times(here: Town, day: str) -> None:
    """Before summer time and after it; each with the offset of its own day."""
    here.hands.ahead = BEFORE_SUMMER - clock.now()
    await here.db.write(salons.change, here.salon.id, timezone="Europe/Berlin")
    asked = {"serviceId": "haircut-women", "date": day}
    async with doors(here) as base:
        _, rest = await call(base, "GET", "/salon/romashka/available-slots", params=asked)
        async with Client(f"{base}/mcp") as client:
            wanted = {"salon_id": "romashka", "service_id": "haircut-women", "date": day}
            mcp = await client.call_tool("find_slots", wanted)
    lena = WaClient("79161234567", name="Ольга")
    told = await here.whatsapp(lena, f"женская стрижка {int(day[8:])} марта")

    times = {slot["start"][11:16] for slot in rest["slots"]}
    offered = set(re.findall(r"(?<=, )\d\d:\d\d", told))
    assert mcp.structured_content == rest
    assert {slot["start"][16:] for slot in rest["slots"]} == {BERLIN[day]}
    assert len(offered) >= 3 and offered <= times
    assert min(times) == "10:00", "the first hour of the day's own clock"


OPERATIONS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/salon/{}", {}),
    ("GET", "/salon/{}/available-slots?serviceId=manicure", {}),
    ("POST", "/book", {"serviceId": "manicure", "bookingTime": "2030-01-01T12:00"}),
    ("POST", "/request-support", {"reason": "вопрос"}),
]


@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
async def test_what_is_switched_off_is_as_absent_as_what_never_was(
    here: Town, method: str, path: str, body: dict[str, Any]
) -> None:
    """The same words for the same work: nobody learns by an answer or its time which it is."""
    lilia = await here.neighbour()  # never switched assistants on

    async def asked(slug: str) -> tuple[int, str, int]:
        given = {"json": body | {"salonId": slug}} if body else {}
        async with doors(here) as base:
            with _counted() as statements:
                status, words = await call(base, method, path.format(slug), **given)
        return status, str(words), len(statements)

    off, absent = await asked(lilia.slug), await asked("nothing-here")
    known = await asked("romashka")

    assert off == absent
    assert off[0] == 404 and off[2] > 0
    assert known[2] > absent[2], "or counting would show nothing"


@contextmanager
def _counted() -> Iterator[list[str]]:
    """Every statement of any database meanwhile."""
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)
