"""Calendars that phones and computers subscribe to: GET /calendar/{secret}.ics."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from beautybot.booking import calendar_links, feeds
from beautybot.web.parts import Parts

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
HEADERS = {
    "Cache-Control": "private, max-age=300",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}


def address(public_url: str, token: str) -> str:
    """The address to subscribe to."""
    return f"{public_url.rstrip('/')}/calendar/{token}.ics"


def routes(parts: Parts) -> list[BaseRoute]:
    """What was never an address and what is one no more are answered alike: 404."""

    async def feed(request: Request) -> Response:
        token = request.path_params["token"]
        now = parts.clock()
        found = await parts.db.read(feeds.read, token, now) if _TOKEN.fullmatch(token) else None
        if found is None:
            return PlainTextResponse("not found\n", 404, headers=HEADERS)
        if calendar_links.is_news(found.link, now):
            await parts.db.write(calendar_links.was_read, found.link, now)
        headers = HEADERS | {"ETag": found.etag}
        if found.etag in _known(request):
            return Response(status_code=304, headers=headers)
        return Response(found.body, media_type="text/calendar; charset=utf-8", headers=headers)

    return [Route("/calendar/{token}.ics", feed, methods=["GET"])]


def _known(request: Request) -> list[str]:
    """The versions the caller has."""
    given = request.headers.get("if-none-match", "")
    return [tag.strip().removeprefix("W/") for tag in given.split(",")]
