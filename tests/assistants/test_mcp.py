"""The tools of the Model Context Protocol, called by the package's own client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from assistant_doors import doors, opt_in
from mcp import Client
from mcp.client.client import ConnectMode as Mode
from town import Town, town

from beautybot.booking.visits import Status
from beautybot.businesses import notices
from beautybot.businesses.notices import NoticeKind
from beautybot.kit import clock
from beautybot.kit.db import Database

TOOLS = {
    "find_salons",
    "get_salon",
    "list_services",
    "find_slots",
    "get_my_booking",
    "book_appointment",
    "reschedule_booking",
    "cancel_booking",
    "request_human_support",
    "search",
    "fetch",
}


@pytest.fixture
async def base(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[tuple[Town, str]]:
    """«Ромашка», which lets assistants in."""
    async with town(sqlite_db, tmp_path) as here:
        await opt_in(here.db)
        async with doors(here) as address:
            port = address.rpartition(":")[2]
            yield here, f"http://127.0.0.1:{port}/mcp"


async def test_an_assistant_finds_a_time_and_holds_it(base: tuple[Town, str]) -> None:
    """Text and structure in each answer; the hold is in the salon's book."""
    here, url = base
    day = (clock.now() + timedelta(days=1)).date().isoformat()
    async with Client(url) as client:
        tools = await client.list_tools()
        wanted = {"salon_id": "romashka", "service_id": "manicure", "date": day, "days": 7}
        found = await client.call_tool("find_slots", wanted)
        start = found.structured_content["slots"][0]["start"]
        held = await client.call_tool(
            "book_appointment",
            {"salon_id": "romashka", "service_id": "manicure", "start": start},
        )
        absent = await client.call_tool("get_salon", {"salon_id": "nothing"})

    assert {tool.name for tool in tools.tools} == TOOLS
    assert held.structured_content["status"] == "held"
    assert absent.is_error and "no such salon" in absent.content[0].text
    (visit,) = await here.appointments()
    assert (visit.status, visit.source) == (Status.HELD, "mcp")


async def test_the_hints_are_honest(base: tuple[Town, str]) -> None:
    """Looking is read-only; cancelling is destructive; asking for a person reaches the world."""
    _, url = base
    async with Client(url) as client:
        tools = {tool.name: tool.annotations for tool in (await client.list_tools()).tools}

    assert all(tools[n].read_only_hint for n in ("find_slots", "get_salon", "search", "fetch"))
    assert tools["cancel_booking"].destructive_hint
    assert tools["request_human_support"].open_world_hint
    assert not tools["book_appointment"].read_only_hint


async def test_an_older_host_is_answered_too(base: tuple[Town, str]) -> None:
    """`initialize` of the earlier era, and a foreign Host is turned away."""
    _, url = base
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "old", "version": "1"},
        },
    }
    head = {"Accept": "application/json, text/event-stream"}
    async with aiohttp.ClientSession() as http:
        async with http.post(url, json=hello, headers=head) as answer:
            told = await answer.json()
        async with http.post(url, json=hello, headers=head | {"Host": "evil.example"}) as refused:
            status = refused.status

    assert told["result"]["serverInfo"]["name"] == "beautybot"
    assert status == 421


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_both_eras_get_the_same_answers(base: tuple[Town, str], mode: Mode) -> None:
    """The package's own client, with a handshake and without one."""
    _, url = base
    async with Client(url, mode=mode) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        salon = await client.call_tool("get_salon", {"salon_id": "romashka"})

    assert tools == TOOLS
    assert salon.structured_content["name"] == "Ромашка"
    assert "Ромашка" in salon.content[0].text


async def test_slots_come_with_a_page_of_their_own(base: tuple[Town, str]) -> None:
    """Linked from the tools, of the right kind, and nothing in it comes from elsewhere."""
    _, url = base
    async with Client(url) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        meta = tools["find_slots"].meta or {}
        page = await client.read_resource(meta["ui"]["resourceUri"])

    [content] = page.contents
    assert meta["openai/outputTemplate"] == meta["ui"]["resourceUri"]
    assert content.mime_type == "text/html;profile=mcp-app"
    assert "innerHTML" not in content.text and "src=" not in content.text


async def test_a_foreign_origin_is_refused(base: tuple[Town, str]) -> None:
    """A page of another site cannot use a visitor's browser against us."""
    _, url = base
    head = {"Accept": "application/json, text/event-stream", "Origin": "https://evil.example"}
    hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, json=hello, headers=head) as refused,
    ):
        assert refused.status == 403


async def test_the_arguments_of_a_tool_are_a_closed_list(base: tuple[Town, str]) -> None:
    """An argument that no tool knows is refused by name, and nothing is held."""
    here, url = base
    wish = {"salon_id": "romashka", "service_id": "manicure", "start": "2099-01-01T12:00"}
    async with Client(url) as client:
        tools = (await client.list_tools()).tools
        refused = await client.call_tool("book_appointment", wish | {"discount": "100 %"})

    assert all(tool.input_schema["additionalProperties"] is False for tool in tools)
    assert refused.is_error and "no argument 'discount'" in refused.content[0].text
    assert "start" in refused.content[0].text
    assert await here.appointments() == []


async def test_a_refused_argument_is_not_repeated(base: tuple[Town, str]) -> None:
    """Of the wrong kind, missing, or too long: the argument is named, and never what was in it."""
    _, url = base
    wish = {"salon_id": "romashka", "service_id": "manicure", "start": "2099-01-01T12:00"}
    async with Client(url) as client:
        answers = [
            await client.call_tool("book_appointment", wish | {"client_phone": 79995554433}),
            await client.call_tool("book_appointment", {"client_name": "79995554433"}),
            await client.call_tool("book_appointment", wish | {"notes": "79995554433" * 99}),
        ]

    told = [answer.content[0].text for answer in answers]
    assert all(answer.is_error for answer in answers)
    assert told[0].startswith("client_phone:") and told[1].startswith("salon_id:")
    assert "9995554433" not in str(told)


async def test_one_key_asks_for_a_person_once(base: tuple[Town, str]) -> None:
    """The same answer again; another request under that key is refused."""
    here, url = base
    wish = {"salon_id": "romashka", "reason": "Свадьба", "idempotency_key": "one"}
    async with Client(url) as client:
        answers = [await client.call_tool("request_human_support", wish) for _ in range(3)]
        here.hands.ahead += timedelta(hours=20)
        answers.append(await client.call_tool("request_human_support", wish))
        other = await client.call_tool("request_human_support", wish | {"reason": "Другое"})
    kept = await here.db.read(notices.listing, here.salon.id)

    assert len({str(answer.structured_content) for answer in answers}) == 1
    assert other.is_error and "another request" in other.content[0].text
    assert [n.kind for n in kept] == [NoticeKind.SUPPORT]
