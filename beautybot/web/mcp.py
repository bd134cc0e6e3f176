"""
`/mcp`: the same look-ups and holds as tools of the Model Context Protocol.

Both eras of the protocol are answered by the official package, stateless.  One
action a tool; the hints are honest, and everything is enforced by the verbs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from mcp.server.apps import Apps, ResourceCsp
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from beautybot.agent import holding, visitors
from beautybot.agent.guests import Plea
from beautybot.web.assistant_door import Door, Refused
from beautybot.web.assistants import Booking
from beautybot.web.closed_tools import ClosedTools
from beautybot.web.parts import Parts

Ctx = Context[Any, Any]

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


def build(parts: Parts) -> tuple[MCPServer[Any], Guard]:
    """The server and its ASGI app; run `server.session_manager.run()` around serving."""
    door, apps = Door(parts), Apps()
    uri = _widget(apps)
    _times(apps, door, uri)
    server = ClosedTools(
        "beautybot", instructions=INSTRUCTIONS, log_level="WARNING", extensions=[apps]
    )
    _look_ups(server, door)
    _changes(server, door)
    _aliases(server, door)
    app = server.streamable_http_app(
        stateless_http=True, json_response=True, transport_security=_security(parts)
    )
    return server, Guard(door, app)


class Guard:
    """Before the protocol: the installation's key, if it has one, and the caller's quota."""

    def __init__(self, door: Door, app: Starlette) -> None:
        self.door, self._app = door, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", ()))
        if not self.door.has_key(headers.get(b"authorization", b"").decode("latin-1")):
            answer = JSONResponse(
                {"error": "A valid API key is needed as a bearer token."},
                401,
                {"WWW-Authenticate": "Bearer"},
            )
            await answer(scope, receive, send)
            return
        try:
            self.door.subject((scope.get("client") or ("",))[0], "", writes=False)
        except Refused as refused:
            retry = {"Retry-After": str(refused.more.get("retry_after", 1))}
            await JSONResponse({"error": refused.words}, 429, retry)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _security(parts: Parts) -> TransportSecuritySettings:
    url = urlsplit(parts.settings.public_url)
    hosts = {url.netloc, url.hostname or "localhost"}
    if url.hostname in ("localhost", "127.0.0.1"):
        hosts |= {"localhost:*", "127.0.0.1:*"}
    origins = [f"{url.scheme}://{url.netloc}", "https://chatgpt.com", "https://chat.openai.com"]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True, allowed_hosts=sorted(hosts), allowed_origins=origins
    )


def _widget(apps: Apps) -> str:
    """The page with slots and confirm links; its address changes with its content."""
    page = (resources.files("beautybot.web") / "widgets" / "slots.html").read_text("utf-8")
    uri = f"ui://beautybot/slots-{hashlib.sha256(page.encode()).hexdigest()[:10]}.html"
    nothing = ResourceCsp(connect_domains=[], resource_domains=[])
    apps.add_html_resource(
        uri, page, name="slots", title="Свободное время", csp=nothing, prefers_border=True
    )
    return uri


async def _asked(answer: Any) -> Any:
    try:
        return await answer
    except Refused as refused:
        raise ToolError(refused.words) from None


def _times(apps: Apps, door: Door, uri: str) -> None:
    """The two tools with a page of their own; without it their answers say the same."""
    shown: dict[str, Any] = {"resource_uri": uri, "meta": {"openai/outputTemplate": uri}}

    @apps.tool(annotations=READ, **shown)
    async def find_slots(
        salon_id: str, service_id: str, date: str = "", days: int = 1
    ) -> dict[str, Any]:
        """Times that can be booked, from a day on (ISO date), with the salon's offset."""
        now = door.parts.clock()
        asked = door.look(visitors.slots, salon_id, service_id, date, days, now)
        return {"slots": await _asked(asked)}

    @apps.tool(annotations=HOLD, **shown)
    async def book_appointment(
        ctx: Ctx,
        salon_id: str,
        service_id: str,
        start: str,
        specialist_id: str = "",
        client_name: str = "",
        client_phone: str = "",
        notes: str = "",
        idempotency_key: str = "",
    ) -> dict[str, Any]:
        """Hold a free time for ten minutes; not booked until the client opens a confirm link."""
        booking = _booking(
            salonId=salon_id,
            serviceId=service_id,
            bookingTime=start,
            specialistId=specialist_id,
            clientName=client_name,
            clientPhone=client_phone,
            notes=notes,
        )
        return dict(await _asked(door.hold(booking, _writer(ctx, door), idempotency_key, "mcp")))


def _look_ups(server: MCPServer[Any], door: Door) -> None:
    @server.tool(annotations=READ)
    async def find_salons(
        city: str, service: str, budget: float | None = None, available_now: bool = False
    ) -> dict[str, Any]:
        """Salons of a city that offer a service, the cheapest first."""
        named = {"city": city, "service": service, "budget": budget}
        asked = door.run(
            True, visitors.search, door.parts.clock(), **named, available_now=available_now
        )
        return {"salons": await _asked(asked)}

    @server.tool(annotations=READ)
    async def get_salon(salon_id: str) -> dict[str, Any]:
        """Address, hours, price list and specialists of a salon."""
        return dict(await _asked(door.look(visitors.info, salon_id)))

    @server.tool(annotations=READ)
    async def list_services(salon_id: str) -> dict[str, Any]:
        """The price list of a salon: ids, prices with "from", durations."""
        shown = await _asked(door.look(visitors.info, salon_id))
        return {"services": shown["services"]}

    @server.tool(annotations=READ)
    async def get_my_booking(reference: str) -> dict[str, Any]:
        """How a hold stands: held, booked, expired or cancelled."""
        return dict(await _asked(door.run(True, holding.standing, reference, door.parts.clock())))


def _changes(server: MCPServer[Any], door: Door) -> None:
    @server.tool(annotations=CHANGE)
    async def reschedule_booking(
        ctx: Ctx,
        reference: str,
        salon_id: str,
        service_id: str,
        start: str,
        idempotency_key: str = "",
    ) -> dict[str, Any]:
        """Hold another time instead; a booked visit moves when its client opens the link."""
        booking = _booking(salonId=salon_id, serviceId=service_id, bookingTime=start)
        subject = _writer(ctx, door)
        asked = door.hold(booking, subject, idempotency_key, "mcp", instead_of=reference)
        return dict(await _asked(asked))

    @server.tool(annotations=CHANGE)
    async def cancel_booking(ctx: Ctx, reference: str) -> dict[str, Any]:
        """Give a held time back; a booked visit is cancelled when its client opens the link."""
        return dict(await _asked(door.cancel(reference, _writer(ctx, door), "mcp")))

    @server.tool(annotations=PEOPLE)
    async def request_human_support(
        ctx: Ctx,
        salon_id: str,
        reason: str,
        message: str = "",
        name: str = "",
        phone: str = "",
        idempotency_key: str = "",
    ) -> dict[str, Any]:
        """Tell the salon that the client wants to speak with a person."""
        subject = _writer(ctx, door)
        plea = Plea(reason[:1000], message[:1000], name[:200], phone[:60], idempotency_key)
        return dict(await _asked(door.support(salon_id, plea, subject)))


def _aliases(server: MCPServer[Any], door: Door) -> None:
    @server.tool(annotations=READ)
    async def search(query: str) -> dict[str, Any]:
        """Salons by "city: service", as results with ids to fetch."""
        city, _, service = query.partition(":")
        asked = door.run(
            True, visitors.search, door.parts.clock(), city=city, service=service or query
        )
        return {
            "results": [
                {
                    "id": s["id"],
                    "title": s["name"],
                    "text": s["address"],
                    "url": _url(door, s),
                }
                for s in await _asked(asked)
            ]
        }

    @server.tool(annotations=READ)
    async def fetch(id: str) -> dict[str, Any]:
        """Everything public of one salon, by its id."""
        shown = await _asked(door.look(visitors.info, id))
        text = json.dumps(shown, ensure_ascii=False)
        return {"id": id, "title": shown["name"], "text": text, "url": _url(door, shown)}


def _url(door: Door, salon: dict[str, Any]) -> str:
    base = door.parts.settings.public_url.rstrip("/")
    return f"{base}/b/{salon['id']}" if salon["booking_page"] else base


def _booking(**fields: str) -> Booking:
    try:
        return Booking(**fields)
    except ValueError:
        raise ToolError("Something in the request is too long.") from None


def _writer(ctx: Ctx, door: Door) -> str:
    """The caller of a hold or a message, counted; ToolError over the quota."""
    request = getattr(ctx.request_context, "request", None)
    client = getattr(request, "client", None)
    try:
        return door.subject(client.host if client else "", "mcp", writes=True)
    except Refused as refused:
        raise ToolError(refused.words) from None
