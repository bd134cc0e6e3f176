"""
`/mcp`: the same look-ups and holds as tools of the Model Context Protocol.

Both eras of the protocol are answered by the official package, stateless.  One
action a tool; the hints are honest, and everything is enforced by the verbs.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from starlette.applications import Starlette
from starlette.types import ASGIApp

from beautybot.agent import visitors
from beautybot.booking.tickets import hashed
from beautybot.web import assistants
from beautybot.web.assistants import Booking, Door, Refused
from beautybot.web.parts import Parts

READ = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
HOLD = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
CHANGE = ToolAnnotations(
    read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True
)
PEOPLE = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=True
)
INSTRUCTIONS = (
    "Find beauty salons and their really free times, and hold one. A hold is not a booking: "
    "give the client the confirm link; the salon's messenger books it."
)


@asynccontextmanager
async def opened(parts: Parts) -> AsyncIterator[ASGIApp]:
    """The ASGI app, ready to be asked."""
    server, app = build(parts)
    async with server.session_manager.run():
        yield app


def build(parts: Parts) -> tuple[MCPServer[Any], Starlette]:
    """The server and its ASGI app; run `server.session_manager.run()` around serving."""
    server: MCPServer[Any] = MCPServer("beautybot", instructions=INSTRUCTIONS, log_level="WARNING")
    door = Door(parts)
    _look_ups(server, door)
    _changes(server, door)
    _aliases(server, door)
    app = server.streamable_http_app(
        stateless_http=True, json_response=True, transport_security=_security(parts)
    )
    return server, app


def _security(parts: Parts) -> TransportSecuritySettings:
    url = urlsplit(parts.settings.public_url)
    hosts = {url.netloc, url.hostname or "localhost"}
    if url.hostname in ("localhost", "127.0.0.1"):
        hosts |= {"localhost:*", "127.0.0.1:*"}
    origins = [f"{url.scheme}://{url.netloc}", "https://chatgpt.com", "https://chat.openai.com"]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True, allowed_hosts=sorted(hosts), allowed_origins=origins
    )


async def _run(door: Door, read: bool, verb: Any, *args: Any, **named: Any) -> Any:
    try:
        return await door.run(read, verb, *args, **named)
    except Refused as refused:
        raise ToolError(refused.words) from None


def _look_ups(server: MCPServer[Any], door: Door) -> None:
    @server.tool(annotations=READ)
    async def find_salons(
        city: str, service: str, budget: float | None = None, available_now: bool = False
    ) -> dict[str, Any]:
        """Salons of a city that offer a service, the cheapest first."""
        now = door.parts.clock()
        found = await _run(
            door,
            True,
            visitors.search,
            now,
            city=city,
            service=service,
            budget=budget,
            available_now=available_now,
        )
        return {"salons": found}

    @server.tool(annotations=READ)
    async def get_salon(salon_id: str) -> dict[str, Any]:
        """Address, hours, price list and specialists of a salon."""
        return dict(await _run(door, True, visitors.info, salon_id))

    @server.tool(annotations=READ)
    async def list_services(salon_id: str) -> dict[str, Any]:
        """The price list of a salon: ids, prices with "from", durations."""
        shown = await _run(door, True, visitors.info, salon_id)
        return {"services": shown["services"]}

    @server.tool(annotations=READ)
    async def find_slots(
        salon_id: str, service_id: str, date: str = "", days: int = 1
    ) -> dict[str, Any]:
        """Times that can be booked, from a day on (ISO date), with the salon's offset."""
        now = door.parts.clock()
        return {
            "slots": await _run(door, True, visitors.slots, salon_id, service_id, date, days, now)
        }

    @server.tool(annotations=READ)
    async def get_my_booking(reference: str) -> dict[str, Any]:
        """How a hold stands: held, booked, expired or cancelled."""
        return dict(await _run(door, True, visitors.standing, reference, door.parts.clock()))


def _changes(server: MCPServer[Any], door: Door) -> None:
    async def held(
        ctx: Context[Any, Any], salon: str, service: str, start: str, specialist: str, key: str
    ) -> dict[str, Any]:
        booking = Booking(
            salonId=salon, serviceId=service, bookingTime=start, specialistId=specialist
        )
        try:
            return await assistants.hold(door, booking, _subject(ctx), key, "mcp")
        except Refused as refused:
            raise ToolError(refused.words) from None

    @server.tool(annotations=HOLD)
    async def book_appointment(
        ctx: Context[Any, Any],
        salon_id: str,
        service_id: str,
        start: str,
        specialist_id: str = "",
        idempotency_key: str = "",
    ) -> dict[str, Any]:
        """Hold a free time for ten minutes; not booked until the client opens a confirm link."""
        return await held(ctx, salon_id, service_id, start, specialist_id, idempotency_key)

    @server.tool(annotations=CHANGE)
    async def reschedule_booking(
        ctx: Context[Any, Any],
        reference: str,
        salon_id: str,
        service_id: str,
        start: str,
        idempotency_key: str = "",
    ) -> dict[str, Any]:
        """Hold another time and give the held one back; a booked visit moves in the messenger."""
        made = await held(ctx, salon_id, service_id, start, "", idempotency_key)
        await _run(door, False, visitors.release, reference, door.parts.clock())
        return made

    @server.tool(annotations=CHANGE)
    async def cancel_booking(reference: str) -> dict[str, Any]:
        """Give a held time back; a booked visit is cancelled by the client, in the messenger."""
        return dict(await _run(door, False, visitors.release, reference, door.parts.clock()))

    @server.tool(annotations=PEOPLE)
    async def request_human_support(
        ctx: Context[Any, Any],
        salon_id: str,
        reason: str,
        message: str = "",
        name: str = "",
        phone: str = "",
    ) -> dict[str, Any]:
        """Tell the salon that the client wants to speak with a person."""
        return dict(
            await _run(
                door,
                False,
                visitors.support,
                salon_id,
                reason,
                message,
                name,
                phone,
                subject=_subject(ctx),
                now=door.parts.clock(),
            )
        )


def _aliases(server: MCPServer[Any], door: Door) -> None:
    @server.tool(annotations=READ)
    async def search(query: str) -> dict[str, Any]:
        """Salons by "city: service", as results with ids to fetch."""
        city, _, service = query.partition(":")
        found = await _run(
            door, True, visitors.search, door.parts.clock(), city=city, service=service or query
        )
        return {
            "results": [{"id": s["id"], "title": s["name"], "text": s["address"]} for s in found]
        }

    @server.tool(annotations=READ)
    async def fetch(id: str) -> dict[str, Any]:
        """Everything public of one salon, by its id."""
        shown = await _run(door, True, visitors.info, id)
        return {"id": id, "title": shown["name"], "text": json.dumps(shown, ensure_ascii=False)}


def _subject(ctx: Context[Any, Any]) -> str:
    request = getattr(ctx.request_context, "request", None)
    client = getattr(request, "client", None)
    return hashed(f"mcp|{client.host if client else ''}")
